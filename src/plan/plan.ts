import type { ImageUse, Release } from '../releases/release.ts'
import type { Altered } from '../stack/checkpoint.ts'
import type { Export } from '../strategies/transfer.ts'
import type { Allowance, Coverage, Invariant, Way } from './scope.ts'

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

/** What one step does; plain data. The runner's exhaustive switch gives each its meaning. */
export type Action =
  | { readonly do: 'pull'; readonly images: readonly string[] }
  | { readonly do: 'verify-fixture'; readonly fixture: number }
  | { readonly do: 'open-stack' }
  /** `altered`: services that get something else than the release says, so that it fails. */
  | { readonly do: 'create'; readonly release: number; readonly altered?: Readonly<Record<string, Altered>> }
  | { readonly do: 'restore'; readonly fixture: number }
  /** Writes a fixture from what the stack holds; `path` is where it belongs once the verdict is a pass. */
  | { readonly do: 'capture'; readonly fixture: number; readonly path: string }
  | { readonly do: 'start' }
  /** Starts these services without their dependencies; `alone`: whatever else runs is stopped first. */
  | { readonly do: 'up'; readonly services: readonly string[]; readonly alone?: true; readonly graceMs?: number }
  | { readonly do: 'ready' }
  | { readonly do: 'prove'; readonly release: number }
  | { readonly do: 'sign-in' }
  /** `writes`: it changes data, so that a release which can only read fails it. */
  | {
      readonly do: 'check'
      readonly check: number
      readonly set: 'ready' | 'smoke' | 'between'
      readonly writes?: true
    }
  /** Without `services`: all of them. */
  | { readonly do: 'stop'; readonly graceMs: number; readonly services?: readonly string[] }
  | { readonly do: 'down'; readonly graceMs: number }
  | ({ readonly do: 'command' } & Command)
  /** `save`: its name in the folder of the backup; without one it is the export that the procedure imports. */
  | { readonly do: 'export'; readonly how: Export; readonly save?: string }
  | { readonly do: 'empty'; readonly volumes: readonly string[] }
  | { readonly do: 'move'; readonly volume: string; readonly from: string; readonly to: string }
  /** One container of a service gives way to one of the release that was created last; `turn` counts from 1. */
  | {
      readonly do: 'replace'
      readonly service: string
      readonly turn: number
      readonly of: number
      readonly graceMs: number
    }
  /** Freezes all volumes under a name; what comes next works on a fork. */
  | { readonly do: 'checkpoint'; readonly name: string }
  /** Removes all containers and puts a fork of a checkpoint into the place of all volumes. */
  | { readonly do: 'fork'; readonly name: string }
  /** Removes all containers and puts new volumes into the place of all; what these fixtures fill begins empty. */
  | { readonly do: 'fresh'; readonly fixtures: readonly number[] }
  /** Takes the restored baseline from the cache, where that has it. */
  | { readonly do: 'load-cache' }
  /** Keeps the restored baseline in the cache; everything has stopped. */
  | { readonly do: 'save-cache' }
  /** Goes on from what another path has done already, where that is the same. */
  | { readonly do: 'take-shared' }
  /** Keeps the state for other paths; everything has stopped. `hops`: how many were made. */
  | { readonly do: 'keep-shared'; readonly hops: number }
  /** Counts the rows of every known store. */
  | { readonly do: 'count'; readonly moment: Moment }
  /** Takes the fingerprint of every known store, and compares it with that of the baseline. */
  | { readonly do: 'fingerprint'; readonly moment: Moment }
  /** Reads the value of an invariant. */
  | { readonly do: 'measure'; readonly invariant: number; readonly moment: Moment }
  /** Compares the schema of every store with that of the upgraded one. */
  | { readonly do: 'compare-schema' }
  /** Reads of the baseline the rows of large tables that differ on one side, and compares them one by one. */
  | { readonly do: 'look'; readonly side: Side }
  /** Does a step of the procedure and kills the service's containers meanwhile; `share` of its usual time has passed then, 0 to 1. */
  | { readonly do: 'interrupt'; readonly step: Action; readonly service: string; readonly share: number }

/** When a store is looked into: before the upgrade, right after it, after the target's smoke suite, after its second start, on a way back. */
export type Moment = 'baseline' | 'upgraded' | 'written' | 'restarted' | 'back'

/** What is compared with the baseline: the upgrade, the same once more, or the procedure without an upgrade. */
export type Side = 'target' | 'confirm' | 'control'

/** A command of the procedure. It succeeds by its exit code and by what it prints. */
export interface Command {
  /** `once`: in a new container of the service; `inside`: where the service runs; `here`: on this machine. */
  readonly where: 'once' | 'inside' | 'here'
  readonly service?: string
  readonly run: readonly string[]
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly user?: string | undefined
  readonly require?: string | undefined
  readonly forbid?: string | undefined
  /** Starts what the service depends on first. */
  readonly dependencies?: boolean
  /** Services that must not run meanwhile; set for the migration itself. */
  readonly quiesced?: readonly string[]
}

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
