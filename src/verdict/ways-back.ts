import type { Problem } from '../errors.ts'
import type { Way } from '../plan/plan.ts'
import { type Attempt, attemptOf } from './attempt.ts'
import type { Facts } from './facts.ts'
import { lostRows } from './rows.ts'
import type { RollbackOutcome } from './verdict.ts'

/** How a way back ended, over all its tries. */
export interface WayOutcome extends Attempt {
  readonly way: Way
  readonly tried: number
  readonly worked: number
  /** How many tries ended like the worst one. */
  readonly alike: number
  /** All of them, those that could not be tried too. */
  readonly tries: readonly (Attempt & { readonly stage: string })[]
  /** False where no check of the suite writes anything. */
  readonly wrote: boolean
  /** What was written since the upgrade and is gone; absent where nobody counted. */
  readonly lost?: number
}

/** Gravest first: of several tries, the worst one counts. */
const order: readonly RollbackOutcome[] = ['fails', 'not-run', 'read-only', 'works']

export function wayOutcomes(facts: Facts): WayOutcome[] {
  return facts.plan.ways.map((way) => outcomeOf(facts, way))
}

function outcomeOf(facts: Facts, way: Way): WayOutcome {
  const stages = facts.plan.back.filter((stage) => stage.way === way.id)
  // What another stage needs is no try of its own: only a step of it that breaks tells something.
  const preparing = new Set(stages.map(({ after }) => after))
  const all = stages
    .map((stage) => ({ stage, ...attemptOf(facts, stage) }))
    .filter(({ stage, step, problem }) => !preparing.has(stage.key) || step || problem)
  // A kill that came too late is no try either, as long as another one hit.
  const hits = all.filter(({ problem }) => problem?.code !== 'NOT_BROKEN')
  const attempts = hits.length > 0 ? hits : all
  const worst = order.map((one) => attempts.find(({ outcome }) => outcome === one)).find(Boolean)
  const { outcome, why, step }: Attempt = worst ?? { outcome: 'not-run', why: '' }
  const problem: Problem | undefined = worst?.problem ?? attempts.find((one) => one.problem)?.problem
  const goesBack = outcome === 'works' || outcome === 'read-only'
  const lost = goesBack ? lostRows(facts, way, stages) : undefined
  return {
    way,
    outcome,
    why,
    ...(step === undefined ? {} : { step }),
    ...(problem ? { problem } : {}),
    tried: attempts.filter((one) => one.outcome !== 'not-run').length,
    worked: attempts.filter((one) => one.outcome === 'works').length,
    alike: attempts.filter((one) => one.outcome === outcome).length,
    tries: all.flatMap(({ stage: { key = '' }, ...one }) => (preparing.has(key) ? [] : [{ ...one, stage: key }])),
    wrote: stages.some(({ steps }) => steps.some((one) => one.do === 'check' && one.writes)),
    ...(lost === undefined ? {} : { lost }),
  }
}
