import { sentence } from '../verdict/fresh-install.ts'
import { stepCase } from './junit-cases.ts'
import type { Suite } from './junit-suites.ts'
import { unclaimed } from './junit-ways.ts'
import type { StepOutcome } from './outcome.ts'
import type { ReportInput } from './report.ts'

/** The fresh install and what its schema has otherwise: observations, and never a failure of the upgrade. */
export function freshSuites({ plan, verdict }: ReportInput, outcomes: readonly StepOutcome[], facts: string): Suite[] {
  if (plan.fresh.length === 0) return []
  const own = outcomes.filter(({ stage }) => stage.phase === 'fresh')
  const steps = own.map((one) => unclaimed(stepCase(one, 'fresh', verdict.verdict, facts)))
  const schemas = verdict.data.fresh.map(({ store, drift }) => {
    const base = { classname: 'fresh.schema', name: `the schema of ${store}`, ms: 0 }
    if (drift.length === 0) return { ...base, outcome: 'passed' as const }
    return { ...base, outcome: 'skipped' as const, message: `seen, and no failure: ${drift.map(sentence).join('; ')}` }
  })
  const startedAt = own.find((one) => one.startedAt)?.startedAt
  return [{ name: 'fresh install', startedAt, properties: [], cases: [...steps, ...schemas] }]
}
