/** Why a rehearsal can't go on or a configuration can't be used; stable, part of the contract. */
export type ProblemCode =
  | 'CONFIG'
  | 'USAGE'
  | 'STACK_UNSAFE'
  | 'STACK_INVALID'
  | 'SAME_IMAGE'
  | 'PATH_UNSUPPORTED'
  | 'UNTRUSTED_EVENT'
  | 'PULL_NOT_FOUND'
  | 'PULL_AUTH'
  | 'PULL_RATE_LIMIT'
  | 'PULL_FAILED'
  | 'NO_SPACE'
  | 'FIXTURE_MISSING'
  | 'FIXTURE_EMPTY'
  | 'FIXTURE_CORRUPT'
  | 'FIXTURE_PARTIAL'
  | 'FIXTURE_UNSAFE'
  | 'FIXTURE_TOO_LARGE'
  | 'FIXTURE_VERSION'
  | 'CAPTURE_FAILED'
  | 'DATA_UNREAD'
  | 'STEP_FAILED'
  | 'MIGRATION_FAILED'
  | 'NOT_QUIESCED'
  | 'NOT_BROKEN'
  | 'CRASHED'
  | 'RESTARTED'
  | 'UNHEALTHY'
  | 'SIGN_IN'
  | 'WRONG_IMAGE'
  | 'OUT_OF_MEMORY'
  | 'ENGINE_LOST'
  | 'PORT_TAKEN'
  | 'TIMEOUT'
  | 'CANCELLED'
  | 'EVIDENCE_LOST'
  | 'INTERNAL'

/** What is known about a problem besides its message. All text is for people. */
export interface ProblemDetails {
  /** The service, file or image the problem is about. */
  readonly where?: string
  /** What to do next. */
  readonly hint?: string
  readonly expected?: string
  readonly actual?: string
  /** Of a pin: there is none at its place, as before it was added or after it was removed. */
  readonly absent?: true
  /** The last relevant log lines, oldest first. */
  readonly log?: readonly string[]
}

/** A problem as plain data, as the journal keeps it. */
export interface Problem extends ProblemDetails {
  readonly code: ProblemCode
  readonly message: string
}

/** Stops a rehearsal. A failed check is never one of these: it is data in the journal. */
export class RehearsalError extends Error {
  readonly code: ProblemCode
  readonly details: ProblemDetails

  constructor(code: ProblemCode, message: string, details: ProblemDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'RehearsalError'
    this.code = code
    this.details = details
  }
}

/** Any thrown value as a problem; what is not a RehearsalError is a fault of ours: INTERNAL. */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof RehearsalError) return { code: thrown.code, message: thrown.message, ...thrown.details }
  return { code: 'INTERNAL', message: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) }
}

/** The process's exit codes. Never 1 to 14: a crashing Node process must not look like a verdict. */
export const exitCodes = {
  compatible: 0,
  incompatible: 20,
  inconclusive: 21,
  warnings: 22,
  usage: 64,
  internal: 70,
  interrupted: 130,
  terminated: 143,
} as const
