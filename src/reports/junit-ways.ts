import type { Stage } from '../plan/plan.ts'
import { type Case, checkCases, stepCase } from './junit-cases.ts'
import type { Suite } from './junit-suites.ts'
import type { StepOutcome } from './outcome.ts'
import type { ReportInput } from './report.ts'

/** A suite for each way back: its steps and checks, and at the end whether what is documented holds. */
export function wayBackSuites(input: ReportInput, outcomes: readonly StepOutcome[], facts: string): Suite[] {
  const { plan, verdict } = input
  return plan.ways.map((way) => {
    const stages = stagesOf(plan.back, way.id)
    const own = outcomes.filter(({ stage }) => stages.has(stage.key))
    const cases = own.flatMap((one) => {
      const made =
        one.step.do === 'check' && one.step.set === 'smoke'
          ? checkCases(input, one, facts)
          : [stepCase(one, `rollback.${way.id}`, verdict.verdict, facts)]
      // What leads up to it may be meant to fail.
      return way.expect === 'works' && one.stage.way === way.id ? made : made.map(unclaimed)
    })
    return {
      name: `rollback ${way.id}`,
      startedAt: own.find((one) => one.startedAt)?.startedAt,
      properties: [
        ['expect', way.expect],
        ['outcome', verdict.rollback[way.id] ?? 'not-run'],
      ],
      cases: [...cases, claim(input, way.id)],
    }
  })
}

/** Keys of the stages of a way, and of those that only prepare it. */
function stagesOf(back: readonly Stage[], way: string): ReadonlySet<string | undefined> {
  const keys = new Set(back.flatMap(({ key, way: own }) => (own === way ? [key] : [])))
  const prepares = (stage: Stage) =>
    stage.way === undefined && back.some(({ key, after }) => keys.has(key) && after === stage.key)
  for (const stage of back.toReversed()) if (prepares(stage)) keys.add(stage.key)
  return keys
}

/** Where nothing claims that the way works, what fails on it is an observation and no failure. */
export function unclaimed(one: Case): Case {
  if (one.outcome === 'passed' || one.outcome === 'skipped') return one
  return { ...one, outcome: 'skipped', message: `seen, and no failure: ${one.message ?? ''}` }
}

function claim({ verdict }: ReportInput, id: string): Case {
  const base = { classname: `rollback.${id}`, name: 'as documented', ms: 0 }
  const reason = verdict.reasons.find(({ where }) => where === `rollback · ${id}`)
  if (reason?.code === 'ROLLBACK_FAILED')
    return { ...base, outcome: 'failed', message: reason.message, type: reason.code, text: reason.message }
  if (reason && reason.code !== 'ROLLBACK_BETTER')
    return { ...base, outcome: 'error', message: reason.message, type: reason.code, text: reason.message }
  return { ...base, outcome: verdict.rollback[id] === 'not-run' ? 'skipped' : 'passed' }
}
