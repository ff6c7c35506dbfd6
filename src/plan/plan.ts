import type { ImageUse, Release } from '../releases/release.ts'
import type { Export } from '../strategies/transfer.ts'

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
  /** Starts these services without their dependencies; `alone`: whatever else runs is stopped first. */
  | { readonly do: 'up'; readonly services: readonly string[]; readonly alone?: true; readonly graceMs?: number }
  | { readonly do: 'ready' }
  | { readonly do: 'prove'; readonly release: number }
  | { readonly do: 'sign-in' }
  | { readonly do: 'check'; readonly check: number; readonly set: 'ready' | 'smoke' | 'between' }
  /** Without `services`: all of them. */
  | { readonly do: 'stop'; readonly graceMs: number; readonly services?: readonly string[] }
  | { readonly do: 'down'; readonly graceMs: number }
  | ({ readonly do: 'command' } & Command)
  | { readonly do: 'export'; readonly how: Export }
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
  /** Source first, target last. */
  readonly releases: readonly Release[]
  readonly hops: readonly Hop[]
  readonly stages: readonly Stage[]
  /** Stable test ids of the smoke suite, in order; the same on the baseline and on the target. */
  readonly checks: readonly { readonly id: string; readonly kind: string; readonly title: string }[]
  readonly totalMs: number
}

/** Services of which two releases run side by side for a while. */
export function rolledServices({ stages }: Plan): string[] {
  const services = stages.flatMap(({ steps }) => steps.flatMap((step) => (step.do === 'replace' ? [step.service] : [])))
  return [...new Set(services)]
}

export type { ImageUse, Release }
