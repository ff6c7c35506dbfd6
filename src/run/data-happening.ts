import type { Compared } from '../data/change.ts'
import type { Drift } from '../data/schema-drift.ts'
import type { Kept } from '../invariants/kept.ts'
import type { Moment, Side } from '../plan/plan.ts'

/** What was seen of the data. */
export type DataHappening =
  /** Rows of each table of a store. */
  | {
      readonly type: 'count'
      readonly step: string
      readonly moment: Moment
      readonly store: string
      readonly unit: string
      readonly counts: Readonly<Record<string, number>>
    }
  /** A store as it is on one side, compared with the baseline. */
  | {
      readonly type: 'data'
      readonly step: string
      readonly side: Side
      readonly store: string
      readonly unit: string
      readonly compared: Compared
    }
  /** A store after a second start, compared with what it was right before. */
  | {
      readonly type: 'restarted'
      readonly step: string
      readonly side: Side
      readonly store: string
      readonly unit: string
      readonly compared: Compared
      /** Large tables of which some rows differ: those before are no more, so nobody can tell how. */
      readonly differing: readonly string[]
    }
  /** The value of an invariant, at the place that it has in the plan. */
  | {
      readonly type: 'value'
      readonly step: string
      readonly invariant: number
      readonly moment: Moment
      readonly side: Side
      readonly kept: Kept
    }
  /** The schema of a store on a fresh install beside the upgraded one, or why it could not be read. */
  | {
      readonly type: 'schema'
      readonly step: string
      readonly store: string
      /** How many parts the schema has. */
      readonly parts?: number
      readonly drift?: readonly Drift[]
      readonly why?: string
    }
  | {
      readonly type: 'uncounted'
      readonly step: string
      readonly moment: Moment
      readonly store: string
      readonly why: string
    }
