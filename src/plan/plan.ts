import type { ImageUse, Release } from '../releases/release.ts'
import type { Action, Side } from './action.ts'
import type { Allowance, Coverage, Invariant, Way } from './scope.ts'

export type { Action, Command, Moment, Side } from './action.ts'

/**
 * Where in a rehearsal a step stands. `checkpoint` freezes what the baseline left, `hop` is an upgrade in between, `target`
 * the last one's result, `capture` writes fixtures from it, `rollback` is a way back, `fresh` the target on empty stores.
 */
export type Phase = 'prepare' | 'baseline' | 'checkpoint' | 'hop' | 'target' | 'capture' | Second | 'rollback' | 'fresh'

/**
 * What is done a second time, from the baseline's checkpoint, to learn whose fault something is: `confirm` the upgrade,
 * `control` the same procedure without an upgrade, `look` into the rows of the baseline.
 */
export type Second = 'confirm' | 'control' | 'look'

/** One line of the printed plan and one unit of the journal. */
export type Step = Action & {
  /** Unique in the plan and stable between runs: `baseline.check.2`. */
  readonly id: string
  readonly title: string
  /** Deadline of this step alone, milliseconds. */
  readonly withinMs: number
  /** Left out where the restored baseline came from the cache. */
  readonly unless?: 'cached'
}

/** Steps that belong together. `together` may overlap in time; `in-order` never do. */
export interface Stage {
  readonly phase: Phase
  readonly title: string
  /** 1-based number of the hop that this stage belongs to; absent in prepare and baseline. */
  readonly hop?: number
  readonly order: 'in-order' | 'together'
  /** Of a stage of the way back: its name, and the name of the checkpoint or stage that it needs. */
  readonly key?: string
  readonly after?: string
  /** Id of the way back whose outcome it decides. */
  readonly way?: string
  /** It differs from one before it only in its moment: a printed plan tells how many there are. */
  readonly repeats?: true
  /** When it is made at all: after a failure, where anything is left to explain, or where large tables differ on a side. */
  readonly only?: 'failed' | 'doubtful' | Side
  /** What runs is stopped and started once more; only where all before it went well. */
  readonly secondStart?: true
  /** It is made to fail: what comes after it needs that it did. */
  readonly failing?: true
  readonly steps: readonly Step[]
}

/** One jump of the path, between neighbours in `Plan.releases`. */
export interface Hop {
  readonly from: number
  readonly to: number
  /** What differs between the two resolved stacks; values of variables are never told. */
  readonly changes?: readonly Change[]
}

/** One difference between two resolved stacks. */
export interface Change {
  readonly service: string
  readonly part: 'service' | 'image' | 'command' | 'mounts' | 'variables' | 'ports' | 'replicas'
  /** `added X`, `removed Y`, `1.0 → 2.0`. */
  readonly text: string
}

/** Everything a rehearsal is going to do. The same input gives the same plan. */
export interface Plan {
  readonly name: string
  readonly strategy: string
  /** What people should know about the way that was found; absent where there is nothing to say. */
  readonly notes?: readonly string[]
  /** Source first, target last. */
  readonly releases: readonly Release[]
  readonly hops: readonly Hop[]
  readonly stages: readonly Stage[]
  readonly ways: readonly Way[]
  /** Writes fixtures of the target, after it was judged; absent where nobody asks for that. */
  readonly capture?: readonly Stage[]
  /** The stages of the ways back, after all others; also after an upgrade that failed. */
  readonly back: readonly Stage[]
  /** What is done a second time, where that is needed, to tell the upgrade's faults from all else. */
  readonly doubts: readonly Stage[]
  /** The target on empty stores, after everything else; empty where nobody wants it. */
  readonly fresh: readonly Stage[]
  /** What was left up can't be done a second time: nothing is confirmed. */
  readonly once?: true
  /** Stores that are looked into, by the names that people know. */
  readonly stores: readonly string[]
  /** Those that nobody asked for: that they can't be read is told, and fails nothing. */
  readonly guessed: readonly string[]
  /** Those of them that only an image tells of: whether they can be read at all is uncertain. */
  readonly byImage?: readonly string[]
  readonly allowances: readonly Allowance[]
  readonly invariants: readonly Invariant[]
  readonly coverage: Coverage
  /** Stable test ids of the smoke suite, in order; the same on the baseline and on the target. */
  readonly checks: readonly { readonly id: string; readonly kind: string; readonly title: string }[]
  readonly totalMs: number
}

/** Services of which two releases run side by side for a while. */
export function rolledServices({ stages }: Plan): string[] {
  const services = stages.flatMap(({ steps }) => steps.flatMap((step) => (step.do === 'replace' ? [step.service] : [])))
  return [...new Set(services)]
}

export type { Expectation } from './scope.ts'
export type { Allowance, Coverage, ImageUse, Invariant, Release, Way }
