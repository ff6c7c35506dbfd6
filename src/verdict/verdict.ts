import type { Change } from '../plan/plan.ts'

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
export type RollbackOutcome = 'works' | 'fails' | 'not-run'

/** The content of `verdict.json`. Fields are only ever added. */
export interface Verdict {
  readonly schemaVersion: 1
  readonly runId: string
  readonly name: string
  readonly verdict: Outcome
  readonly reasons: readonly Reason[]
  readonly rollback: { readonly image: RollbackOutcome; readonly restore: RollbackOutcome }
  readonly from: ReleaseEvidence
  readonly to: ReleaseEvidence
  readonly hops: readonly HopEvidence[]
  readonly checks: { readonly baseline: Counts; readonly target: Counts }
  /** What was compared and what changed; empty while no data comparison is configured. */
  readonly data: { readonly compared: readonly string[]; readonly changed: readonly string[] }
  readonly services: readonly ServiceEvidence[]
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
