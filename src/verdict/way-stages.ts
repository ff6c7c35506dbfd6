import type { Problem, ProblemCode } from '../errors.ts'
import type { Stage, Step } from '../plan/plan.ts'
import type { Entry } from '../run/journal.ts'
import { type Facts, of } from './facts.ts'

/** What a release or a documented procedure does wrong on a way back; all else is none of its doing. */
const ownFaults: readonly ProblemCode[] = [
  'CRASHED',
  'RESTARTED',
  'UNHEALTHY',
  'WRONG_IMAGE',
  'SIGN_IN',
  'MIGRATION_FAILED',
  'STEP_FAILED',
  // The baseline was ready within the same time, in this rehearsal.
  'TIMEOUT',
  // Of a backup that this rehearsal made itself.
  'FIXTURE_MISSING',
  'FIXTURE_EMPTY',
  'FIXTURE_CORRUPT',
  'FIXTURE_PARTIAL',
  'FIXTURE_VERSION',
]

/** What the engine does by itself: however long it takes, no release has a part in it. */
const engineSteps: readonly Step['do'][] = ['checkpoint', 'fork', 'fresh', 'count', 'create', 'stop', 'down']

/** What a checkpoint or the limit of the whole rehearsal breaks is no fault of the way back either. */
export function isOwnFault(step: Step, { code, where }: Problem): boolean {
  return ownFaults.includes(code) && !engineSteps.includes(step.do) && where !== 'limits.total'
}

/** What the journal has of a stage's steps. */
export function entriesOf(facts: Facts, stage: Stage): readonly Entry[] {
  const ids = new Set(stage.steps.map(({ id }) => id))
  return facts.back.filter((entry) => 'step' in entry && ids.has(entry.step))
}

/** What broke before a stage could be tried, in the stages of the ways back that it needs. */
export function lostBefore(facts: Facts, stage: Stage): Problem | undefined {
  const needed = facts.plan.back.find(({ key }) => key !== undefined && key === stage.after)
  if (!needed) return undefined
  const own = entriesOf(facts, needed)
  if (own.length === 0) return lostBefore(facts, needed)
  const ended = new Map(of(own, 'step-finished').map((entry) => [entry.step, entry]))
  const broken = needed.steps.find(({ id }) => ended.get(id)?.problem)
  const problem = broken && ended.get(broken.id)?.problem
  if (broken && problem) return isWanted(needed, stage) && isOwnFault(broken, problem) ? undefined : problem
  const passed = needed.steps.every(({ id }) => ended.get(id)?.outcome === 'done')
  const red = of(own, 'check').some(({ observation }) => observation.outcome !== 'passed')
  if (!needed.failing || red || !passed) return undefined
  const message = 'the target was to be made to fail and passed everything; what stands under "break" does not break it'
  return { code: 'NOT_BROKEN', message }
}

/** A failure that was asked for, or one that is the way's own. */
function isWanted(needed: Stage, { way }: Stage): boolean {
  return needed.failing === true || (needed.way !== undefined && needed.way === way)
}
