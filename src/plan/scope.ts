import type { Rule } from '../invariants/rule.ts'

/** A change of the data that is meant to happen. */
export interface Allowance {
  readonly store: string
  readonly table: string
  readonly column?: string | undefined
  readonly change: string
  readonly because: string
  /** The last day on which it holds, `2027-06-30`. */
  readonly until: string
  /** `file:line:column` in the configuration. */
  readonly at: string
}

/** A check whose value is compared with that of the baseline. */
export interface Invariant {
  /** What it is called, the same in every run: `sql db: SELECT …`. */
  readonly title: string
  readonly rule: Rule
}

/** What the checks and fingerprints of a plan look at. */
export interface Coverage {
  readonly services: readonly { readonly service: string; readonly checks: number }[]
}
