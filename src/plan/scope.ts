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
  /** Volumes and folders that services write to, each with the stores that look into it. */
  readonly volumes: readonly { readonly volume: string; readonly stores: readonly string[] }[]
  /** How long everything has to stay ready before it counts as ready, milliseconds; absent where nobody says. */
  readonly steadyMs?: number
  /** Whether the schema of a fresh install is wanted. */
  readonly fresh?: true
}

/** What a documented way back claims; `observe` claims nothing. */
export type Expectation = 'works' | 'fails' | 'observe'

/** A way back that is tried. */
export interface Way {
  /** Its name on the axis of the verdict: `image`, `restore`, `interrupted.again`. */
  readonly id: string
  /** The kind of way back: `image`, `restore` … */
  readonly kind: string
  /** What is tried, as a part of a sentence: `the old image on the migrated data`. */
  readonly title: string
  readonly expect: Expectation
  /** What becomes of what was written since the upgrade: `none` where it starts from an upgrade that never ended. */
  readonly writes: 'kept' | 'lost' | 'none'
  /** What of the baseline has to be found again by counting: no row less, no store empty, or nothing in particular. */
  readonly finds: 'rows' | 'stores' | 'nothing'
}
