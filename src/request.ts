import { exitCodes, type RehearsalError } from './errors.ts'
import type { Plan } from './plan/plan.ts'
import type { Sink } from './redact/index.ts'
import type { BaseFiles } from './releases/base-files.ts'
import type { Listener } from './run/journal.ts'
import type { Trunk } from './run/trunk.ts'
import type { BumpEvidence } from './verdict/verdict.ts'

/** What the user asked for; the same for the command line and for the Action. */
export interface Request {
  readonly config?: string
  readonly from?: string
  readonly to?: string
  readonly toImage?: string
  /** The name of a path, all of its releases: `1.8.3..1.9.9..2.0.0`. */
  readonly path?: string
  /** What the pins hold before and after a version bump, in the order of the configuration. */
  readonly pins?: { readonly source: readonly string[]; readonly target: readonly string[] }
  /** Files and pins of the source, where it is another commit than the checkout. */
  readonly base?: BaseFiles
  readonly bump?: BumpEvidence
  /** What several rehearsals have in common, and do once. */
  readonly trunk?: Trunk
  /** How many states of its path others have too; all, where nobody counted. */
  readonly shared?: number
  /** No way back is tried. */
  readonly upgradeOnly?: boolean
  readonly reportDir: string
  readonly strict: boolean
  readonly keep: boolean
  /** Rehearses what is proven too, and restores what was kept restored. */
  readonly noCache?: boolean
  /** Writes fixtures of the target where the configuration has them. */
  readonly capture?: boolean
  /** Leaves out of verdict.json what differs between two runs of one rehearsal. */
  readonly reproducible?: boolean
}

/** How one edge, terminal or Action, shows a rehearsal and ends it. */
export interface Edge {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly sink: Sink
  /** Aborts with a CANCELLED RehearsalError when the user or the runner interrupts. */
  readonly signal: AbortSignal
  /** Told the run's id before anything is created, so that a later process can remove what is left. */
  readonly onRun: (runId: string) => void
  /** Prints one line of a screen that people read. */
  readonly print: (line: string) => void
  /** Prints the plan and gives what listens to the run from then on. */
  readonly show: (plan: Plan) => Listener
}

/** The exit code of a command that could not do what it was asked for. */
export function exitCodeOfError(error: RehearsalError): number {
  if (error.code === 'PATH_UNSUPPORTED') return exitCodes.incompatible
  if (error.code === 'INTERNAL') return exitCodes.internal
  return isUsersFault(error) ? exitCodes.usage : exitCodes.inconclusive
}

/** A fault of the configuration or of the command line: exit code 64 and no verdict about anything. */
export function isUsersFault(error: RehearsalError): boolean {
  return ['CONFIG', 'USAGE', 'STACK_INVALID', 'STACK_UNSAFE'].includes(error.code)
}
