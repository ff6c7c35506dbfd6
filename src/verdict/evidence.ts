import type { Hop, Phase, Release } from '../plan/plan.ts'
import type { ContainerState } from '../run/journal.ts'
import { describe, restarts } from './end-state.ts'
import { containersAt, type Facts, of, type Place, smokeChecks } from './facts.ts'
import { resolvedImages } from './proof.ts'
import type {
  CacheEvidence,
  CommandEvidence,
  Counts,
  HopEvidence,
  ReleaseEvidence,
  ServiceEvidence,
  Verdict,
} from './verdict.ts'

/** An image is named by its registry's digest, by the engine's id where no registry has it, by '' where it was never found. */
export function releaseEvidence(facts: Facts, release: Release | undefined): ReleaseEvidence {
  const resolved = resolvedImages(facts)
  const images = (release?.images ?? []).map(({ service, reference }) => {
    const image = resolved.get(reference)
    return { service, reference, digest: image?.digest?.split('@').at(-1) ?? image?.id ?? '' }
  })
  return { version: release?.version ?? '', images }
}

export function hopEvidence(facts: Facts, hop: Hop, number: number): HopEvidence {
  const own = [...facts.places.values()].filter(({ stage, step }) => {
    const stands = stage.hop ?? (stage.phase === 'target' ? facts.plan.hops.length : undefined)
    // Smoke asks how the release is after the hop was made, and so does a second start; they are no part of making it.
    return (
      stands === number && !stage.secondStart && step.do !== 'sign-in' && !(step.do === 'check' && step.set === 'smoke')
    )
  })
  const ends = own.map(({ step }) => facts.finished.get(step.id))
  const started = new Set(of(facts.seen, 'step-started').map((entry) => entry.step))
  const broke = own.some(
    ({ step }, index) => ends[index]?.outcome === 'failed' || (started.has(step.id) && !ends[index]),
  )
  const name = (release: number) => facts.plan.releases[release]?.version ?? ''
  return {
    from: name(hop.from),
    to: name(hop.to),
    outcome: broke ? 'failed' : own.length > 0 && ends.every((end) => end?.outcome === 'done') ? 'done' : 'not-run',
    ms: ends.reduce((sum, end) => sum + (end?.ms ?? 0), 0),
    changes: hop.changes ?? [],
    commands: commandsOf(facts, own),
  }
}

function commandsOf(facts: Facts, places: readonly Place[]): CommandEvidence[] {
  const ended = of(facts.seen, 'command')
  return places.flatMap(({ step }) => {
    const own = ended.find((entry) => entry.step === step.id)
    if (!own) return []
    const { exitCode, ms, migration } = own
    return [{ step: step.id, title: step.title, exitCode, ms, migration }]
  })
}

export function counts(facts: Facts, phase: Phase): Counts {
  const outcomes = smokeChecks(facts, phase).map((check) => check.observation.outcome)
  const count = (wanted: string) => outcomes.filter((outcome) => outcome === wanted).length
  return { passed: count('passed'), failed: count('failed'), errors: count('error') }
}

export function serviceEvidence(facts: Facts): ServiceEvidence[] {
  const baseline = last(facts, 'baseline')
  const target = last(facts, 'target')
  const services = new Set([...baseline, ...target].map((container) => container.service))
  const state = (containers: readonly ContainerState[], service: string) =>
    describe(containers.filter((container) => container.service === service)) || 'not seen'
  return [...services].map((service) => ({
    service,
    baseline: state(baseline, service),
    target: state(target, service),
    restarts: { baseline: restarts(baseline, service) ?? 0, target: restarts(target, service) ?? 0 },
  }))
}

function last(facts: Facts, phase: Phase): readonly ContainerState[] {
  return containersAt(facts, phase, 'end') ?? containersAt(facts, phase) ?? []
}

export function timings(facts: Facts): Verdict['timings'] {
  return [...facts.finished.values()].map(({ step, ms, outcome }) => {
    return { step, title: facts.places.get(step)?.step.title ?? step, ms, outcome }
  })
}

/** What the cache did for the baseline. */
export function cacheEvidence(facts: Facts): CacheEvidence | undefined {
  const told = of(facts.seen, 'cache')
  const last = told.at(-1)
  if (!last) return undefined
  const why = told.find((one) => one.why !== undefined)?.why
  return {
    outcome: last.outcome === 'rejected' ? 'none' : last.outcome,
    ...(why === undefined ? {} : { why }),
    ...(last.createdAt === undefined ? {} : { createdAt: last.createdAt }),
  }
}

export function sharedEvidence(facts: Facts): Verdict['shared'] {
  const told = of(facts.seen, 'shared').at(0)
  return told && { path: told.path, runId: told.runId, release: told.release }
}

export function sharedStages(facts: Facts): NonNullable<Verdict['sharedStages']> {
  return of(facts.all, 'shared-stages').flatMap(({ path, runId, titles }) =>
    titles.map((title) => ({ path, runId, title })),
  )
}

export function environmentOf(facts: Facts): Readonly<Record<string, string>> {
  const environment = of(facts.seen, 'run-started').at(0)?.environment
  const known: [string, string][] = Object.entries(environment ?? {}).filter(([, value]) => value !== undefined)
  return Object.fromEntries(known)
}
