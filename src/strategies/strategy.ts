import type { z } from 'zod'
import type { Action } from '../plan/plan.ts'

/** A step as a strategy writes it; the planner adds id and deadline. */
export type StrategyStep = Action & {
  readonly title: string
  /** Deadline of its own, milliseconds. */
  readonly withinMs?: number
}

/** One hop as a strategy sees it: numbers are places in the plan's releases. */
export interface HopInput {
  readonly from: number
  readonly to: number
  readonly version: string
  readonly graceMs: number
  /** How many containers a service has before the hop. */
  readonly replicas: (service: string) => number
  /** How many checks the smoke suite has. */
  readonly smoke: number
  /** Place of the strategy's own first fixture in the plan's list. */
  readonly firstFixture: number
}

/** A fixture or a check as it stands in the configuration. */
export interface Entry {
  readonly kind: string
  readonly options: unknown
}

/** A service and where the configuration names it, below `upgrade`. */
export interface NamedService {
  readonly service: string
  readonly at: readonly PropertyKey[]
}

/** What a strategy names besides its steps, so that the plan can prove that it is there. */
export interface Named {
  /** Services that the target of a hop has to have. */
  readonly services?: readonly NamedService[]
  /** Services that its source has to have. */
  readonly sourceServices?: readonly NamedService[]
  readonly urls?: readonly string[]
  readonly volumes?: readonly string[]
  /** Fixtures that are restored on the way. */
  readonly fixtures?: readonly Entry[]
  /** Checks that are made on the way, besides the smoke suite. */
  readonly checks?: readonly Entry[]
}

/** A named procedure; pure: one hop in, the steps up to the started target out. */
export interface Strategy<Options> {
  readonly name: string
  /** One or two sentences for the reference. */
  readonly summary: string
  /** YAML of what stands below `upgrade`; a test validates it. */
  readonly example: string
  /** Its own keys, beside `strategy` and `grace`. */
  readonly schema: z.ZodObject<Readonly<Record<string, z.ZodType>>, z.core.$strict>
  named(options: Options): Named
  steps(hop: HopInput, options: Options): readonly StrategyStep[]
}

/** Keeps the option type of a strategy while the family holds strategies of every type. */
export function defineStrategy<Options>(strategy: Strategy<Options>): Strategy<Options> {
  return strategy
}

/** Whether a procedure has something to do with the release before it while that runs. */
export function needsSourceRunning([first]: readonly StrategyStep[]): boolean {
  return !(first?.do === 'down' || (first?.do === 'stop' && first.services === undefined))
}
