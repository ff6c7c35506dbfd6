import type { Writable } from 'node:stream'
import type { Config } from '../config/index.ts'
import type { Phase, Plan } from '../plan/plan.ts'
import type { ResolvedImage } from '../releases/release.ts'
import type { CommandPort } from '../shell/command.ts'
import type { Stack } from '../stack/stack.ts'
import type { ContainerState, Journal } from './journal.ts'
import type { Trunk } from './trunk.ts'

/** What a second try is for: something failed, data is other than before, or something else is to be told from noise. */
export interface Doubts {
  readonly failed: boolean
  readonly changed: boolean
  readonly doubtful: boolean
}

/** What a run works with; everything that touches the world comes in here. */
export interface RunPorts {
  readonly config: Config
  readonly plan: Plan
  readonly stack: Stack
  readonly journal: Journal
  readonly shell: CommandPort
  /** Pulls once; what it gives is what every later step runs. */
  readonly pull: (references: readonly string[], signal: AbortSignal) => Promise<readonly ResolvedImage[]>
  /** Where the log of one container of a phase goes; `onLine` is told each line as it is written there. */
  readonly openLog: (phase: string, container: ContainerState, onLine: (line: string) => void) => Writable
  /** Where all that a command of the procedure prints is kept. */
  readonly openOutput: (step: string) => Writable
  /** What the user's own commands find in their environment. */
  readonly userEnvironment: (phase: Phase, version: string) => Readonly<Record<string, string>>
  /** A folder of this run's own, removed with it. */
  readonly scratch: string
  readonly signal: AbortSignal
  /** What of the upgrade is left to explain, by what is in the journal so far. */
  readonly doubts: () => Doubts
  /** What this rehearsal has in common with others of the same command, by its own path. */
  readonly shared?: {
    readonly trunk: Trunk
    readonly path: string
    readonly target: string
    readonly runId: string
    readonly reportDir: string
  }
  /** Where restored baselines are kept, and all that one depends on besides images and fixtures. */
  readonly cache?: { readonly folder: string; readonly configuration: (signal: AbortSignal) => Promise<unknown> }
}
