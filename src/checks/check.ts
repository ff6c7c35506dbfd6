import { z } from 'zod'
import { duration, text } from '../fields/index.ts'
import type { HttpContext } from '../http/request.ts'
import type { Observation } from '../run/journal.ts'
import type { CommandPort } from '../shell/command.ts'
import type { RunningStack } from '../stack/stack.ts'
import type { Measure } from './measure.ts'

/** What a check may use while it observes. */
export interface CheckContext extends HttpContext {
  readonly stack: RunningStack
  /** Aborts when the check's deadline has passed or the run is cancelled. */
  readonly signal: AbortSignal
  /** `{version}`, `{source.version}`, `{baseline.NAME}` … filled in; throws a RehearsalError for an unknown name. */
  readonly fill: (text: string) => string
  /** A pattern of the configuration with its templates filled in, the values taken literally; multi-line. */
  readonly pattern: (source: string) => RegExp
  /** Makes a captured value available to `fill` as `{baseline.NAME}` from now on. */
  readonly capture: (name: string, value: string) => void
  /** Headers that the sign-in of this phase gave; undefined where nobody signed in. */
  readonly signedIn: Readonly<Record<string, string>> | undefined
  /** Folder that the configuration's paths are relative to. */
  readonly folder: string
  readonly shell: CommandPort
  readonly onLine: (line: string) => void
  /** What the user's own commands find in their environment: phase, version, addresses; these are known once something was started. */
  readonly environment: () => Readonly<Record<string, string>>
}

/** Options of every check that looks at one moment. */
export const checkFields = {
  name: text.optional(),
  /** How long it may be red before it counts: what works in the background takes its time. */
  eventually: duration.optional(),
  /** Whether it changes data, where its kind does not tell. */
  writes: z.boolean().optional(),
}

/** One kind of check: an observation with an expected result. */
export interface CheckKind<Options> {
  readonly name: string
  /** One sentence for the reference. */
  readonly summary: string
  /** YAML of one list entry; a test validates it. */
  readonly example: string
  readonly schema: z.ZodType<Options>
  /** What it looks at, short; the stable part of the test's id. */
  title(options: Options): string
  /** URLs that it will ask; the stack makes their services reachable. */
  urls?(options: Options): readonly string[]
  /** Whether what it will ask is there at all; without this, each of its URLs has to answer over HTTP. */
  isThere?(options: Options, context: CheckContext): Promise<boolean>
  /** Services that it names; the plan proves that they exist. */
  services?(options: Options): readonly string[]
  /** Files of this machine that it reads itself. */
  files?(options: Options): readonly string[]
  /** Names that it captures; without this, the keys of its option `capture`. */
  captures?(options: Options): readonly string[]
  /** Whether it changes data; without this it is taken to only read. */
  writes?(options: Options): boolean
  observe(options: Options, context: CheckContext): Promise<Observation>
  /** What a rule under `data` compares with the baseline; a kind without it has no value. */
  readonly measure?: Measure
}

/** Keeps the option type of a kind while the family holds kinds of every type. */
export function defineCheck<Options>(kind: CheckKind<Options>): CheckKind<Options> {
  return kind
}
