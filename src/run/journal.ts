import type { Problem } from '../errors.ts'
import type { ErrorKind } from '../logs/error-kinds.ts'
import type { Phase } from '../plan/plan.ts'
import type { ResolvedImage } from '../releases/release.ts'
import type { ContainerState } from './container-state.ts'
import type { DataHappening } from './data-happening.ts'
import type { Observation } from './observation.ts'

export type { ContainerState } from './container-state.ts'
export type { Observation, SuiteCase } from './observation.ts'

/** One thing that happened. */
export type Happening =
  | {
      readonly type: 'run-started'
      readonly runId: string
      readonly tool: string
      readonly config: string
      readonly environment: Environment
    }
  | { readonly type: 'image'; readonly image: ResolvedImage }
  | { readonly type: 'step-started'; readonly step: string }
  | { readonly type: 'step-output'; readonly step: string; readonly line: string }
  | {
      readonly type: 'step-finished'
      readonly step: string
      readonly ms: number
      readonly outcome: 'done' | 'failed'
      readonly problem?: Problem
      /** A figure worth showing beside the time: `212 MB`, `3 images`. */
      readonly note?: string
    }
  | {
      readonly type: 'check'
      readonly step: string
      readonly check: string
      readonly phase: Phase
      readonly hop?: number
      readonly ms: number
      readonly observation: Observation
    }
  /** A command of the procedure has ended. `migration`: it was the one-shot that nothing may run beside. */
  | {
      readonly type: 'command'
      readonly step: string
      readonly ms: number
      readonly exitCode: number
      readonly migration: boolean
    }
  /** An upgrade was killed on purpose after so many milliseconds; `containers`: how many were hit. */
  | {
      readonly type: 'killed'
      readonly step: string
      readonly service: string
      readonly ms: number
      readonly containers: number
    }
  /** What became of the cache; `why` where an entry was rejected or none could be kept. */
  | {
      readonly type: 'cache'
      readonly outcome: 'none' | 'rejected' | 'used' | 'kept' | 'not-kept'
      readonly key: string
      readonly why?: string
      /** When the entry that was used was made. */
      readonly createdAt?: string
    }
  /** A fixture was written, and lies in the run's own folder; `sha256` is of a file only. */
  | {
      readonly type: 'captured'
      readonly step: string
      readonly fixture: string
      readonly path: string
      readonly file: string
      readonly bytes: number
      readonly sha256?: string
    }
  | DataHappening
  | {
      readonly type: 'containers'
      readonly phase: Phase
      /** Key of the stage, on a way back; `second-start`. */
      readonly stage?: string
      readonly moment: 'ready' | 'end' | 'failure'
      readonly containers: readonly ContainerState[]
      /** What it took from the start until all was ready, milliseconds. */
      readonly tookMs?: number
    }
  /** What of a folder of logs is an error, by service: `baseline`, `target`, `second-start` … */
  | { readonly type: 'errors-logged'; readonly logs: string; readonly services: readonly LoggedErrors[] }
  | {
      readonly type: 'proof'
      readonly phase: Phase
      readonly version: string
      readonly services: readonly {
        readonly service: string
        readonly reference: string
        readonly expected: string
        readonly running: string
      }[]
    }
  /** A program of the user's, on this machine, is told what is rehearsed: nobody else knows what it does with that. */
  | { readonly type: 'program'; readonly step: string }
  /** From here on, what another rehearsal did up to a release, as it wrote it down. */
  | { readonly type: 'shared'; readonly path: string; readonly runId: string; readonly release: string }
  /** Stages that have to do with the source alone: what another rehearsal found follows. */
  | {
      readonly type: 'shared-stages'
      readonly path: string
      readonly runId: string
      readonly titles: readonly string[]
    }
  | { readonly type: 'warning'; readonly code: string; readonly message: string; readonly where?: string }
  | { readonly type: 'cancelled'; readonly signal: string }
  | { readonly type: 'evidence'; readonly file: string; readonly truncated: boolean }
  | { readonly type: 'removed'; readonly containers: number; readonly networks: number; readonly volumes: number }
  | { readonly type: 'kept'; readonly how: readonly string[] }
  | { readonly type: 'problem'; readonly problem: Problem }
  | { readonly type: 'run-finished'; readonly ms: number }

/** `more`: there were more kinds than could be kept. */
export interface LoggedErrors {
  readonly service: string
  readonly kinds: readonly ErrorKind[]
  readonly more?: true
}

/** A happening with its time: ISO 8601, UTC, milliseconds. */
export type Entry = Happening & {
  readonly at: string
  /** It happened in another rehearsal, which this one goes on from. */
  readonly shared?: true
}

/** What the rehearsal ran on; for the reports, never a cause of anything. */
export interface Environment {
  readonly engine: string
  readonly compose?: string
  readonly node: string
  readonly tool: string
  readonly platform: string
}

/** Told of every entry as it is written: the live terminal, the file, the Action's annotations. */
export interface Listener {
  onEntry(entry: Entry): void
}

/** Append-only; with the plan the only input of the verdict. */
export class Journal {
  readonly #entries: Entry[] = []
  readonly #listeners: Listener[] = []
  readonly #now: () => Date

  constructor(now: () => Date) {
    this.#now = now
  }

  listen(listener: Listener): void {
    for (const entry of this.#entries) listener.onEntry(entry)
    this.#listeners.push(listener)
  }

  write(happening: Happening): void {
    const entry: Entry = { ...happening, at: this.#now().toISOString() }
    // Output is streamed to the listeners only: kept, it would grow with what the user's commands print.
    if (entry.type !== 'step-output') this.#entries.push(entry)
    for (const listener of this.#listeners) listener.onEntry(entry)
  }

  /** Takes over what another rehearsal wrote down, with its times. */
  replay(entries: readonly Entry[]): void {
    for (const one of entries) {
      const entry: Entry = { ...one, shared: true }
      this.#entries.push(entry)
      for (const listener of this.#listeners) listener.onEntry(entry)
    }
  }

  get entries(): readonly Entry[] {
    return this.#entries
  }
}
