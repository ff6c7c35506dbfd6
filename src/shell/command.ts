import type { Readable, Writable } from 'node:stream'
import type { CommandResult } from '../stack/stack.ts'

/** How a program on this machine is to be run. */
export interface ProcessOptions {
  readonly folder?: string
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly stdin?: number | Readable
  /** Where output goes instead of into the result: for what is too large to keep. */
  readonly stdout?: Writable
  readonly stderr?: Writable
  readonly onLine?: (line: string) => void
}

/** Runs programs: argv only, never a shell string. A non-zero exit code is a result, not an error. */
export interface CommandPort {
  /** Rejects with the signal's reason when it aborts, after the whole process group has been ended. */
  run(argv: readonly string[], options: ProcessOptions): Promise<CommandResult>
}
