import type { Compared, DataChange } from '../../src/data/change.ts'
import type { Problem } from '../../src/errors.ts'
import type { Kept } from '../../src/invariants/kept.ts'
import type { Moment, Plan, Side, Stage, Step } from '../../src/plan/plan.ts'
import { makePlan } from '../../src/plan/planner.ts'
import type { ContainerState, Entry, Happening, Observation } from '../../src/run/journal.ts'
import { doubtsOf } from '../../src/verdict/attribution.ts'
import { judge } from '../../src/verdict/judge.ts'
import { load } from '../config/folder.ts'
import { container, image, proof } from './rehearsal.ts'

const config = `name: example
stack: { compose: a.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: V } }
path: { to: "2.0.0" }
fixtures: [ { postgres: { service: db, dump: prod.dump } } ]
smoke:
  - http: { name: it reads, get: /notes }
  - http: { name: it writes, post: /notes, status: 201, capture: { id: $.id } }
  - http: { name: what was written is there, get: "/notes/{captured.id}" }
  - log: { name: no error is logged, service: web, forbid: ERROR }
`
/** Places of these in the suite, from 1 as in the ids of steps. */
export const checks = { reads: 1, writes: 2, unasked: 3, log: 4 }

/** A real plan of one service with a database and a suite that reads, writes and looks at a log. */
export async function planWith(rollback: string, changes: { readonly hops?: 1 | 2; readonly smoke?: string } = {}) {
  const versions = changes.hops === 2 ? ['1.0.0', '1.5.0', '2.0.0'] : ['1.0.0', '2.0.0']
  const releases = versions.map((version) => ({
    version,
    images: [
      { service: 'web', reference: `example/app:${version}`, pinned: true },
      { service: 'db', reference: 'postgres:17', pinned: false },
    ],
  }))
  const text = changes.smoke === undefined ? config : config.replace(/smoke:\n(.|\n)*/, `smoke:\n${changes.smoke}`)
  return makePlan(await load(`${text}rollback:\n  - ${rollback.replaceAll('\n', '\n  - ')}\n`), releases, [])
}

type Counted = Readonly<Record<string, number>> | string | undefined

/** What goes otherwise than well; steps are named by their ids, stages by their keys. */
export interface World {
  readonly fails?: Readonly<Record<string, Problem>>
  readonly sees?: Readonly<Record<string, Observation>>
  /** Rows by table, or why they can't be counted. */
  readonly counts?: (moment: Moment, stage: string) => Counted
  /** What an invariant reads on a side; without a word, always the same. */
  readonly values?: (side: 'baseline' | Side) => Kept | undefined
  readonly ends?: Readonly<Record<string, readonly ContainerState[]>>
  /** The step in which the run is cancelled. */
  readonly cancelledIn?: string
  /** What goes wrong in the second tries; without a word, the upgrade fails again as before and nothing else does. */
  readonly again?: Readonly<Record<string, Problem>>
  /** What a second start makes of the store, by side. */
  readonly restarted?: Readonly<Partial<Record<Side, { compared?: Compared; differing?: readonly string[] }>>>
  /** A target that was to be made to fail passes all the same. */
  readonly unbroken?: true
  /** What differs from the baseline on a side; without a word, nothing. */
  readonly changed?: Partial<Readonly<Record<Side, readonly DataChange[]>>>
}

const at = '2026-01-02T03:04:05.678Z'
const usual: Record<Moment, number> = { baseline: 10, upgraded: 10, written: 13, restarted: 13, back: 10 }

/** The id of a step of a way back: the first of its sort, or a check of the suite. */
export function stepOf(plan: Plan, key: string, what: Step['do'] | number): string {
  const stage = plan.back.find((one) => one.key === key)
  const found = stage?.steps.find((step) =>
    typeof what === 'number' ? step.do === 'check' && step.check === what - 1 : step.do === what,
  )
  if (!found) throw new Error(`${key} has no step ${what}`)
  return found.id
}

/** What a rehearsal writes in such a world; stages run as the runner runs them. */
export function lived(plan: Plan, world: World = {}): Entry[] {
  const happened: Happening[] = [
    {
      type: 'run-started',
      runId: 'r1',
      tool: '0.1.0',
      config: 'upgrade-rehearsal.yml',
      environment: { engine: '28.0', node: '24.1', tool: '0.1.0', platform: 'linux/amd64' },
    },
    ...plan.releases.map(({ version }) => image(`example/app:${version}`, `sha256:app-${version}`)),
    image('postgres:17', 'sha256:pg'),
  ]
  const reached = new Set<string>()
  let [upgraded, cancelled] = [false, false]
  const live = (stage: Stage): { readonly went: boolean; readonly red: boolean } => {
    let red = false
    for (const step of stage.steps) {
      if (cancelled) return { went: false, red }
      happened.push({ type: 'step-started', step: step.id })
      if (step.id === world.cancelledIn) {
        cancelled = true
        happened.push({ type: 'cancelled', signal: 'SIGINT' })
      }
      if (stage.phase === 'target' && step.do === 'start') upgraded = true
      const problem = cancelled ? ({ code: 'CANCELLED', message: 'cancelled' } as const) : faultOf(world, stage, step)
      const seen = problem ? [] : seenIn(plan, world, stage, step)
      red ||= seen.some((one) => one.type === 'check' && one.observation.outcome !== 'passed')
      const end = problem ? ({ outcome: 'failed', problem } as const) : ({ outcome: 'done' } as const)
      happened.push(...seen, { type: 'step-finished', step: step.id, ms: 100, ...end })
      if (!problem) continue
      happened.push({ type: 'containers', ...placeOf(stage), moment: 'failure', containers: running })
      return { went: false, red }
    }
    return { went: true, red }
  }
  const end = (stage: Stage) =>
    happened.push({
      type: 'containers',
      ...placeOf(stage),
      moment: 'end',
      containers: world.ends?.[stage.key ?? stage.phase] ?? running,
    })
  let isRed = false
  for (const [index, stage] of plan.stages.entries()) {
    if (stage.secondStart && isRed) break
    const { went, red } = live(stage)
    isRed ||= red
    if (!went) break
    if (stage.key !== undefined) reached.add(stage.key)
    const next = plan.stages[index + 1]
    if (stage.phase !== 'prepare' && (next?.phase !== stage.phase || next.secondStart)) end(stage)
    // There the rehearsal ends.
    if (stage.phase === 'baseline' && isRed) break
  }
  if (upgraded) reached.add('target')
  let isGreen = false
  for (const stage of plan.doubts) {
    const { failed, changed, doubtful } = doubtsOf(
      plan,
      happened.map((one) => ({ ...one, at })),
    )
    const needed = stage.only === 'failed' ? failed || changed : stage.only === 'doubtful' && (failed || doubtful)
    if (cancelled || !upgraded || !needed || (stage.secondStart && !isGreen)) continue
    const { went, red } = live(stage)
    isGreen = went && !red
    if (went || !stage.secondStart) end(stage)
  }
  for (const stage of plan.back) {
    if (cancelled || !reached.has(stage.after ?? '')) continue
    const { went, red } = live(stage)
    if (went && stage.way !== undefined) end(stage)
    if (stage.failing ? !went || red : went) reached.add(stage.key ?? '')
  }
  return [...happened, { type: 'run-finished', ms: 1_000 } as const].map((one) => ({ ...one, at }))
}

const running = ['web', 'db'].map((service) => container(service))

/** The upgrade once more fails as it did. */
function againOf({ fails = {}, again }: World, { phase }: Stage, { id }: Step): Problem | undefined {
  if (again) return again[id]
  return phase === 'confirm' ? fails[id.replace(/^confirm\./, '')] : undefined
}

function faultOf(world: World, stage: Stage, step: Step): Problem | undefined {
  const { fails = {}, unbroken } = world

  const given = fails[step.id] ?? againOf(world, stage, step)
  if (given || !stage.failing || unbroken) return given
  // Made to fail, it does not become ready.
  return step.do === 'ready' ? { code: 'CRASHED', message: 'web exited with code 1', where: 'web' } : undefined
}

function seenIn(plan: Plan, world: World, stage: Stage, step: Step): Happening[] {
  const { phase } = stage
  switch (step.do) {
    case 'ready':
      return [{ type: 'containers', ...placeOf(stage), moment: 'ready', containers: running }]
    case 'prove':
      return [proof(phase, plan.releases[step.release]?.version ?? '')]
    case 'interrupt':
      return [{ type: 'killed', step: step.id, service: step.service, ms: 500, containers: 1 }]
    case 'check': {
      const observation = world.sees?.[step.id] ?? { outcome: 'passed' }
      const check = plan.checks[step.check]?.id ?? ''
      return [{ type: 'check', step: step.id, check, phase, ms: 10, observation }]
    }
    case 'fingerprint':
    case 'count': {
      const { moment } = step
      const kept = plan.ways.some(({ id, writes }) => id === stage.way && writes === 'kept')
      const found = moment === 'back' && kept ? usual.written : usual[moment]
      const counted = world.counts ? world.counts(moment, stage.key ?? '') : { notes: found }
      const place = { step: step.id, moment, store: 'db' }
      if (counted === undefined) return []
      if (typeof counted === 'string') return [{ type: 'uncounted', ...place, why: counted }]
      const row: Happening = { type: 'count', ...place, unit: 'rows', counts: counted }
      if (step.do === 'count' || moment === 'baseline' || moment === 'written') return [row]
      return [row, moment === 'restarted' ? restartedWith(world, phase, step.id) : compared(world, stage, step)]
    }
    case 'measure': {
      const side = phase === 'confirm' || phase === 'control' ? phase : 'target'
      const { moment, invariant } = step
      const kept = world.values ? world.values(moment === 'baseline' ? moment : side) : always
      return kept ? [{ type: 'value', step: step.id, invariant, moment, side, kept }] : []
    }
    default:
      return []
  }
}

const always: Kept = { is: 'number', number: 10 }

/** A store of which nothing differs. */
export const unchanged: Compared = {
  changes: [],
  preserved: 1,
  tables: 1,
  rows: 10,
  uncompared: [],
  schema: { added: [], removed: [], changed: [] },
}

function compared({ changed }: World, { phase }: Stage, { id }: Step): Happening {
  const side = phase === 'confirm' || phase === 'control' ? phase : 'target'
  const seen = { ...unchanged, changes: changed?.[side] ?? [] }
  return { type: 'data', step: id, side, store: 'db', unit: 'rows', compared: seen }
}

function restartedWith({ restarted = {} }: World, phase: Stage['phase'], step: string): Happening {
  const side = phase === 'confirm' || phase === 'control' ? phase : 'target'
  const found = { compared: unchanged, differing: [], ...restarted[side] }
  return { type: 'restarted', step, side, store: 'db', unit: 'rows', ...found }
}

function placeOf({ phase, key, secondStart }: Stage) {
  if (secondStart) return { phase, stage: 'second-start' }
  return phase === 'rollback' && key !== undefined ? { phase, stage: key } : { phase }
}

export function verdictOf(plan: Plan, entries: readonly Entry[]) {
  return judge({ plan, entries, runId: 'r1' })
}

interface Seen extends Readonly<Record<string, string>> {
  readonly verdict: string
  readonly said: string
  readonly reason: string
}

/** The axis, the verdict and its codes in one line, and the sentence. */
export function seenBy(plan: Plan, entries: readonly Entry[]): Seen {
  const { rollback, verdict, reasons, wayBack } = verdictOf(plan, entries)
  return {
    ...rollback,
    verdict: [verdict, ...reasons.map(({ code }) => code)].join(' '),
    said: wayBack.sentence,
    reason: reasons[0]?.message ?? '',
  }
}
