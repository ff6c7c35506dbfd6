import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import type { Release } from '../releases/release.ts'
import { strategies } from '../strategies/index.ts'
import { checkTitle, fixtureKind, fixtureTitle } from './kinds.ts'
import type { Action, Hop, Plan, Stage, Step } from './plan.ts'
import { requireServices } from './require-services.ts'

type Draft = Action & { readonly title: string }

/** All that is going to be done, from the configuration and the releases of the path. Pure. */
export function makePlan(config: Config, releases: readonly Release[], extraImages: readonly string[]): Plan {
  requireServices(config, releases)
  const hops: Hop[] = releases.slice(1).map((_, index) => ({ from: index, to: index + 1 }))
  const stages = [
    prepare(config, releases, extraImages),
    baseline(config, releases),
    ...hops.flatMap((hop, index) => hopStages(config, releases, hop, index + 1)),
  ]
  return {
    name: config.name ?? 'rehearsal',
    strategy: config.upgrade.strategy,
    releases,
    hops,
    stages: stages.map((stage) => ({
      ...stage,
      steps: stage.steps.map((step, index) => finish(step, stage, index, config)),
    })),
    checks: testIds(config).map((id, index) => ({ id, kind: config.smoke[index]?.kind as string, title: id })),
    totalMs: config.limits.total,
  }
}

type StageDraft = Omit<Stage, 'steps'> & { readonly steps: readonly Draft[] }

function prepare(config: Config, releases: readonly Release[], extraImages: readonly string[]): StageDraft {
  const references = releases.flatMap((release) => release.images.map((image) => image.reference))
  const images = [...new Set([...references, ...extraImages])]
  const verified = config.fixtures.flatMap((fixture, index): Draft[] =>
    fixtureKind(fixture).verify
      ? [{ do: 'verify-fixture', fixture: index, title: `read fixture ${fixtureTitle(fixture)}` }]
      : [],
  )
  const steps: Draft[] = [
    { do: 'pull', images, title: `pull ${images.length} images` },
    {
      do: 'open-stack',
      title: config.network === 'sealed' ? 'make volumes and sealed networks' : 'make volumes and networks',
    },
    ...verified,
  ]
  return { phase: 'prepare', title: 'prepare', order: 'together', steps }
}

function baseline(config: Config, releases: readonly Release[]): StageDraft {
  const version = (releases[0] as Release).version
  const restored = (when: 'created' | 'running') =>
    config.fixtures.flatMap((fixture, index): Draft[] =>
      fixtureKind(fixture).when === when
        ? [{ do: 'restore', fixture: index, title: `restore ${fixtureTitle(fixture)}` }]
        : [],
    )
  const steps: Draft[] = [
    { do: 'create', release: 0, title: `create ${version}` },
    ...restored('created'),
    { do: 'start', title: `start ${version}` },
    ...arrival(config, 0),
    ...restored('running'),
    ...smoke(config),
  ]
  return { phase: 'baseline', title: `baseline ${version}`, order: 'in-order', steps }
}

function hopStages(config: Config, releases: readonly Release[], hop: Hop, number: number): StageDraft[] {
  const [from, to] = [releases[hop.from] as Release, releases[hop.to] as Release]
  const strategy = strategies.find(({ name }) => name === config.upgrade.strategy)
  if (!strategy) throw new RehearsalError('CONFIG', `no strategy ${config.upgrade.strategy}`)
  const isLast = hop.to === releases.length - 1
  const upgrade = strategy.steps({ ...hop, version: to.version, graceMs: config.upgrade.grace })
  const steps: Draft[] = [...upgrade, ...arrival(config, hop.to)]
  const title = `hop ${number}: ${from.version} → ${to.version}, by ${strategy.name}`
  const climb: StageDraft = { phase: isLast ? 'target' : 'hop', hop: number, title, order: 'in-order', steps }
  if (!isLast) return [climb]
  return [
    climb,
    { phase: 'target', hop: number, title: `target ${to.version}`, order: 'in-order', steps: smoke(config) },
  ]
}

function arrival(config: Config, release: number): Draft[] {
  return [
    { do: 'ready', title: ['all services ready', ...config.ready.checks.map(checkTitle)].join('; ') },
    { do: 'prove', release, title: 'the running images are the release' },
  ]
}

function smoke(config: Config): Draft[] {
  const signIn: Draft[] = config['sign-in'] ? [{ do: 'sign-in', title: 'sign in' }] : []
  const made = config.smoke.map(
    (check, index): Draft => ({ do: 'check', check: index, set: 'smoke', title: checkTitle(check) }),
  )
  return [...signIn, ...made]
}

function finish(step: Draft, stage: StageDraft, index: number, config: Config): Step {
  const place = stage.hop === undefined ? stage.phase : stage.title.startsWith('hop') ? `hop${stage.hop}` : stage.phase
  const { limits, ready, upgrade } = config
  const within: Readonly<Record<Action['do'], number>> = {
    pull: limits.pull,
    'verify-fixture': limits.restore,
    'open-stack': limits.pull + ready.within,
    create: ready.within,
    restore: limits.restore,
    start: ready.within,
    ready: ready.within,
    prove: limits.check,
    'sign-in': limits.check,
    check: limits.check,
    stop: 3 * upgrade.grace + 30_000,
  }
  return { ...step, id: `${place}.${index + 1}.${step.do}`, withinMs: within[step.do] }
}

/** Ids of the smoke suite: titles, with a number where a title repeats. */
function testIds(config: Config): string[] {
  const seen = new Map<string, number>()
  return config.smoke.map(checkTitle).map((title) => {
    const count = (seen.get(title) ?? 0) + 1
    seen.set(title, count)
    return count === 1 ? title : `${title} (${count})`
  })
}
