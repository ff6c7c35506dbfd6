import type { Plan } from '../plan/plan.ts'
import type { Entry } from '../run/journal.ts'
import type { Verdict } from '../verdict/verdict.ts'

export interface ReportInput {
  readonly plan: Plan
  readonly verdict: Verdict
  readonly entries: readonly Entry[]
  /** Two runs that saw the same write the same verdict.json. */
  readonly reproducible?: boolean
}

/** One format: pure, from what is known to a file relative to the report folder. */
export type Report = (input: ReportInput) => { readonly path: string; readonly content: string }
