import type { Compared } from '../data/change.ts'
import type { Drift } from '../data/schema-drift.ts'
import type { Change, Expectation, Invariant } from '../plan/plan.ts'

export type Outcome = 'compatible' | 'compatible-with-warnings' | 'incompatible' | 'inconclusive'

/** Why a verdict is what it is. */
export interface Reason {
  /** Stable code of the contract: SMOKE_REGRESSION, BASELINE_RED … */
  readonly code: string
  readonly message: string
  /** Phase, service and check that it was seen at: `target · web · http /health`. */
  readonly where: string
  /** Id of the plan's step that it was seen in; absent where no single step shows it. */
  readonly step?: string
}

/** The way back, an axis of its own. */
export type RollbackOutcome = 'works' | 'fails' | 'read-only' | 'not-run'

/** The content of `verdict.json`. Fields are only ever added. */
export interface Verdict {
  readonly schemaVersion: 1
  readonly runId: string
  readonly name: string
  /** The path's name, all its releases: `1.8.3..1.9.9..2.0.0`; absent where nobody came to know it. */
  readonly path?: string
  readonly verdict: Outcome
  readonly reasons: readonly Reason[]
  /** By way: `image` and `restore` always, others where they are configured. */
  readonly rollback: Readonly<Record<string, RollbackOutcome>>
  readonly wayBack: WayBackEvidence
  /** What a pull request changes; absent where versions come from anywhere else. */
  readonly bump?: BumpEvidence
  readonly from: ReleaseEvidence
  readonly to: ReleaseEvidence
  readonly hops: readonly HopEvidence[]
  readonly checks: { readonly baseline: Counts; readonly target: Counts }
  /** What was compared and what changed, in words and by store; empty where no store is known. */
  readonly data: DataEvidence
  /** What was looked at, and what was not. */
  readonly coverage: CoverageEvidence
  readonly services: readonly ServiceEvidence[]
  /** The rehearsal that this verdict is of, and when it ended, where nothing was run again; absent where it is its own. */
  readonly proven?: { readonly runId: string; readonly at: string }
  /** The rehearsal that this one goes on from, and up to which release; absent where all was done here. */
  readonly shared?: { readonly path: string; readonly runId: string; readonly release: string }
  /** What has to do with the source alone and was tried by another rehearsal; absent where all was tried here. */
  readonly sharedStages?: readonly { readonly path: string; readonly runId: string; readonly title: string }[]
  /** Fixtures of the target, written where the configuration has them; absent where none were. */
  readonly captured?: readonly CapturedFixture[]
  /** Whether the restored baseline came from the cache; absent where none is configured. */
  readonly cache?: CacheEvidence
  readonly timings: readonly {
    readonly step: string
    readonly title: string
    readonly ms: number
    readonly outcome: string
  }[]
  readonly environment: Readonly<Record<string, string>>
  readonly startedAt: string
  readonly finishedAt: string
}

/** A fixture that the next rehearsal can start from. */
export interface CapturedFixture {
  /** Its kind. */
  readonly fixture: string
  readonly path: string
  readonly bytes: number
  /** Absent where it is a folder. */
  readonly sha256?: string
}

export interface DataEvidence {
  readonly compared: readonly string[]
  readonly changed: readonly string[]
  readonly stores: readonly StoreEvidence[]
  /** Checks whose value was compared by a rule. */
  readonly invariants: readonly InvariantEvidence[]
  /** The schema of stores beside that of a fresh install; empty where none was made. */
  readonly fresh: readonly FreshEvidence[]
}

/** What the upgraded schema and that of a fresh install do not have alike. */
export interface FreshEvidence {
  readonly store: string
  /** How many parts the schema has. */
  readonly parts: number
  readonly drift: readonly Drift[]
}

/** A rule of the user's, and what was found; values are told as numbers and lengths only. */
export interface InvariantEvidence extends Invariant {
  readonly outcome: 'kept' | 'broken' | 'unknown'
  readonly found: string
  readonly before?: string
  readonly after?: string
}

/** A store after the upgrade, compared with what it was before. */
export interface StoreEvidence extends Compared {
  readonly store: string
  /** `rows`, `keys`, `objects`, `files`. */
  readonly unit: string
  /** Changes that the configuration allows, with its reason. */
  readonly allowed: readonly { readonly what: string; readonly because: string; readonly until: string }[]
}

export interface CoverageEvidence {
  readonly checked: readonly string[]
  readonly unchecked: readonly { readonly what: string; readonly why: string }[]
}

/** A version bump: what production has at one commit, and what it would have after another. */
export interface BumpEvidence {
  readonly kind: 'upgrade' | 'downgrade' | 'none' | 'added' | 'removed'
  /** The same for people. */
  readonly sentence: string
  /** Commits. */
  readonly base: string
  readonly head: string
  /** Empty where a pin is absent. */
  readonly pins: readonly { readonly pin: string; readonly before: string; readonly after: string }[]
  /** Files that the source has from the base, where the checkout has others. */
  readonly files?: readonly string[]
}

export interface CacheEvidence {
  /** `used`: the baseline started from it. `kept`: it was restored and kept for the next run. */
  readonly outcome: 'used' | 'kept' | 'not-kept' | 'none'
  /** Why the entry that was there was not used, or why none could be kept. */
  readonly why?: string
  /** When the entry that was used was made, ISO 8601. */
  readonly createdAt?: string
}

/** What is known about going back, for people. */
export interface WayBackEvidence {
  /** Which way works and what it costs, in a plain sentence or two; empty where nothing was tried. */
  readonly sentence: string
  readonly ways: readonly {
    readonly way: string
    readonly title: string
    readonly expect: Expectation
    readonly outcome: RollbackOutcome
    /** What failed; empty where nothing did. */
    readonly why: string
    /** How often it was tried, and how often it worked. */
    readonly tried: number
    readonly worked: number
    /** Each try by its stage's name, where it was to be tried more than once. */
    readonly tries?: readonly { readonly stage: string; readonly outcome: RollbackOutcome; readonly why: string }[]
    /** Rows that were written after the upgrade and are gone on this way; absent where nobody counted. */
    readonly lost?: number
  }[]
  /** Rows written between the upgrade and the ways back, by store and table; absent where nobody counted. */
  readonly written?: Readonly<Record<string, Readonly<Record<string, number>>>>
}

export interface ReleaseEvidence {
  readonly version: string
  readonly images: readonly { readonly service: string; readonly reference: string; readonly digest: string }[]
}

export interface HopEvidence {
  readonly from: string
  readonly to: string
  readonly outcome: 'done' | 'failed' | 'not-run'
  readonly ms: number
  /** What differs between the two resolved stacks. */
  readonly changes: readonly Change[]
  /** Commands of the procedure, in the order in which they were run. */
  readonly commands: readonly CommandEvidence[]
}

export interface CommandEvidence {
  readonly step: string
  readonly title: string
  readonly exitCode: number
  readonly ms: number
  /** True for the one-shot that nothing may run beside. */
  readonly migration: boolean
}

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly errors: number
}

/** How one service fared on both sides. */
export interface ServiceEvidence {
  readonly service: string
  readonly baseline: string
  readonly target: string
  readonly restarts: { readonly baseline: number; readonly target: number }
}
