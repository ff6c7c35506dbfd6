import type { Action } from '../plan/plan.ts'

/** A step as a strategy writes it; the planner adds id and deadline. */
export type StrategyStep = Action & { readonly title: string }

/** One hop as a strategy sees it: numbers are places in the plan's releases. */
export interface HopInput {
  readonly from: number
  readonly to: number
  readonly version: string
  readonly graceMs: number
}

/** A named procedure; pure: one hop in, the steps up to the started target out. */
export interface Strategy {
  readonly name: string
  /** One sentence for the reference. */
  readonly summary: string
  steps(hop: HopInput): readonly StrategyStep[]
}
