import type { ImageUse, Release } from '../releases/release.ts'

/** Where in a rehearsal a step stands. `hop` is an upgrade in between, `target` the last one's result. */
export type Phase = 'prepare' | 'baseline' | 'hop' | 'target'

/** What one step does; plain data. The runner's exhaustive switch gives each its meaning. */
export type Action =
  | { readonly do: 'pull'; readonly images: readonly string[] }
  | { readonly do: 'verify-fixture'; readonly fixture: number }
  | { readonly do: 'open-stack' }
  | { readonly do: 'create'; readonly release: number }
  | { readonly do: 'restore'; readonly fixture: number }
  | { readonly do: 'start' }
  | { readonly do: 'ready' }
  | { readonly do: 'prove'; readonly release: number }
  | { readonly do: 'sign-in' }
  | { readonly do: 'check'; readonly check: number; readonly set: 'ready' | 'smoke' }
  | { readonly do: 'stop'; readonly graceMs: number }

/** One line of the printed plan and one unit of the journal. */
export type Step = Action & {
  /** Unique in the plan and stable between runs: `baseline.check.2`. */
  readonly id: string
  readonly title: string
  /** Deadline of this step alone, milliseconds. */
  readonly withinMs: number
}

/** Steps that belong together. `together` may overlap in time; `in-order` never do. */
export interface Stage {
  readonly phase: Phase
  readonly title: string
  /** 1-based number of the hop that this stage belongs to; absent in prepare and baseline. */
  readonly hop?: number
  readonly order: 'in-order' | 'together'
  readonly steps: readonly Step[]
}

/** One jump of the path, between neighbours in `Plan.releases`. */
export interface Hop {
  readonly from: number
  readonly to: number
}

/** Everything a rehearsal is going to do. The same input gives the same plan. */
export interface Plan {
  readonly name: string
  readonly strategy: string
  /** Source first, target last. */
  readonly releases: readonly Release[]
  readonly hops: readonly Hop[]
  readonly stages: readonly Stage[]
  /** Stable test ids of the smoke suite, in order; the same on the baseline and on the target. */
  readonly checks: readonly { readonly id: string; readonly kind: string; readonly title: string }[]
  readonly totalMs: number
}

export type { ImageUse, Release }
