import type { Problem } from '../../src/errors.ts'
import type { Action, Phase, Plan, Stage, Step } from '../../src/plan/plan.ts'
import type { ContainerState, Entry, Happening, Observation } from '../../src/run/journal.ts'

const at = '2026-01-02T03:04:05.678Z'
const versions = ['1.0.0', '1.5.0', '2.0.0']

function step(id: string, action: Action, title: string = id): Step {
  return { ...action, id, title, withinMs: 60_000 }
}

function upgradeSteps(phase: string, release: number): Step[] {
  return [
    step(`${phase}.stop`, { do: 'stop', graceMs: 30_000 }),
    step(`${phase}.create`, { do: 'create', release }),
    step(`${phase}.start`, { do: 'start' }),
    step(`${phase}.ready`, { do: 'ready' }),
    step(`${phase}.prove`, { do: 'prove', release }),
  ]
}

const checks = [
  { id: 'http GET /health', kind: 'http', title: 'http GET /health' },
  { id: 'exec db: psql', kind: 'exec', title: 'exec db: psql' },
]

function checkSteps(phase: string): Step[] {
  return checks.map((check, index) =>
    step(`${phase}.check.${index + 1}`, { do: 'check', check: index, set: 'smoke' }, check.title),
  )
}

/** A plan of one service with a pin and one without; `hops` 2 goes by way of 1.5.0. */
export function makePlan(hops: 1 | 2 = 1, changes: Partial<Plan> = {}): Plan {
  const releases = (hops === 1 ? [versions[0], versions[2]] : versions).map((version = '') => ({
    version,
    images: [
      { service: 'web', reference: `example/app:${version}`, pinned: true },
      { service: 'db', reference: 'postgres:17', pinned: false },
    ],
  }))
  const stages: Stage[] = [
    {
      phase: 'prepare',
      title: 'prepare',
      order: 'together',
      steps: [
        step('prepare.pull', { do: 'pull', images: [] }, 'pull 3 images'),
        step('prepare.fixture', { do: 'verify-fixture', fixture: 0 }),
      ],
    },
    {
      phase: 'baseline',
      title: 'baseline 1.0.0',
      order: 'in-order',
      steps: [
        step('baseline.create', { do: 'create', release: 0 }),
        step('baseline.restore', { do: 'restore', fixture: 0 }, 'restore postgres fixtures/prod.dump into db'),
        step('baseline.start', { do: 'start' }),
        step('baseline.ready', { do: 'ready' }),
        step('baseline.prove', { do: 'prove', release: 0 }),
        step('baseline.sign-in', { do: 'sign-in' }),
        ...checkSteps('baseline'),
      ],
    },
    ...(hops === 2
      ? [
          {
            phase: 'hop' as const,
            hop: 1,
            title: 'hop 1: 1.0.0 → 1.5.0',
            order: 'in-order' as const,
            steps: upgradeSteps('hop.1', 1),
          },
        ]
      : []),
    {
      phase: 'target',
      hop: hops,
      title: 'target 2.0.0',
      order: 'in-order',
      steps: [...upgradeSteps('target', hops), step('target.sign-in', { do: 'sign-in' }), ...checkSteps('target')],
    },
  ]
  return {
    name: 'example',
    strategy: 'restart',
    releases,
    hops:
      hops === 1
        ? [{ from: 0, to: 1 }]
        : [
            { from: 0, to: 1 },
            { from: 1, to: 2 },
          ],
    stages,
    ways: [],
    back: [],
    doubts: [],
    fresh: [],
    stores: [],
    guessed: [],
    allowances: [],
    invariants: [],
    coverage: { services: [], volumes: [] },
    checks,
    totalMs: 3_600_000,
    ...changes,
  }
}

export function container(service: string, changes: Partial<ContainerState> = {}): ContainerState {
  return {
    service,
    container: `x-${service}-1`,
    status: 'running',
    outOfMemory: false,
    restarts: 0,
    image: `sha256:${service}`,
    ...changes,
  }
}

export function containers(phase: Phase, moment: 'ready' | 'end' | 'failure', ...changed: ContainerState[]): Happening {
  const services = ['web', 'db'].map((service) => changed.find((one) => one.service === service) ?? container(service))
  return {
    type: 'containers',
    phase,
    moment,
    containers: [...services, ...changed.filter((one) => !['web', 'db'].includes(one.service))],
  }
}

export function proof(phase: Phase, version: string, running = `sha256:app-${version}`): Happening {
  const web = { service: 'web', reference: `example/app:${version}`, expected: `sha256:app-${version}`, running }
  return {
    type: 'proof',
    phase,
    version,
    services: [web, { service: 'db', reference: 'postgres:17', expected: 'sha256:pg', running: 'sha256:pg' }],
  }
}

export function image(reference: string, id: string): Happening {
  return {
    type: 'image',
    image: { reference, id, digest: `example@${id.replace('app', 'digest')}`, run: id, source: 'pulled' },
  }
}

/** What a rehearsal writes in which all goes well. */
export function goodRun(plan: Plan): Entry[] {
  const happened: Happening[] = [
    {
      type: 'run-started',
      runId: 'r1',
      tool: '0.1.0',
      config: 'upgrade-rehearsal.yml',
      environment: { engine: '28.0', compose: '2.40', node: '24.1', tool: '0.1.0', platform: 'linux/amd64' },
    },
    ...plan.releases.map((release) => image(`example/app:${release.version}`, `sha256:app-${release.version}`)),
    image('postgres:17', 'sha256:pg'),
  ]
  for (const stage of plan.stages) {
    for (const one of stage.steps) happened.push(...goodStep(plan, stage, one))
    if (stage.phase === 'baseline' || stage.phase === 'target') happened.push(containers(stage.phase, 'end'))
  }
  return happened.map((happening) => ({ ...happening, at }))
}

function goodStep(plan: Plan, stage: Stage, one: Step): Happening[] {
  const seen: Happening[] = []
  if (one.do === 'ready') seen.push(containers(stage.phase, 'ready'))
  if (one.do === 'prove') seen.push(proof(stage.phase, plan.releases[one.release]?.version ?? ''))
  if (one.do === 'check') {
    const check = plan.checks[one.check]?.id ?? 'ready'
    seen.push({ type: 'check', step: one.id, check, phase: stage.phase, ms: 12, observation: { outcome: 'passed' } })
  }
  return [
    { type: 'step-started', step: one.id },
    ...seen,
    { type: 'step-finished', step: one.id, ms: 100, outcome: 'done' },
  ]
}

/** The run up to a step, which then fails; nothing follows. */
export function failAt(
  entries: readonly Entry[],
  id: string,
  problem?: Problem,
  before: readonly Happening[] = [],
): Entry[] {
  const start = entries.findIndex((entry) => entry.type === 'step-started' && entry.step === id)
  const failed: Happening = {
    type: 'step-finished',
    step: id,
    ms: 100,
    outcome: 'failed',
    ...(problem ? { problem } : {}),
  }
  return [...entries.slice(0, start + 1), ...[...before, failed].map((one) => ({ ...one, at }))]
}

/** Another outcome for one check; the run goes on. */
export function observe(entries: readonly Entry[], id: string, observation: Observation): Entry[] {
  return entries.map((entry) => {
    if (entry.type === 'check' && entry.step === id) return { ...entry, observation }
    return entry
  })
}

/** Other happenings, or none, in the place of each entry that fits. */
export function exchange(
  entries: readonly Entry[],
  fits: (entry: Entry) => boolean,
  ...by: readonly Happening[]
): Entry[] {
  return entries.flatMap((entry) => (fits(entry) ? by.map((one) => ({ ...one, at })) : [entry]))
}

export function add(entries: readonly Entry[], ...happened: readonly Happening[]): Entry[] {
  return [...entries, ...happened.map((one) => ({ ...one, at }))]
}
