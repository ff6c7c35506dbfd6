import type { Altered } from '../stack/checkpoint.ts'
import type { Export } from '../strategies/transfer.ts'

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
  /** Looks on until all services have been ready for so long, milliseconds; none may exit or restart meanwhile. */
  | { readonly do: 'watch'; readonly forMs: number }
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
