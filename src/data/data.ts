import type { z } from 'zod'
import type { RunningStack } from '../stack/stack.ts'

/** What is needed to look into a store. */
export interface DataContext {
  readonly stack: RunningStack
  /** Aborts when the deadline has passed or the run is cancelled. */
  readonly signal: AbortSignal
}

/** Rows of each table (or keys, objects, files of each part), by the name that people know it by. */
export type Counts = Readonly<Record<string, number>>

/** One kind of store: what the application keeps its data in. */
export interface DataKind<Options> {
  readonly name: string
  /** One sentence for the reference. */
  readonly summary: string
  /** YAML of one list entry; a test validates it. */
  readonly example: string
  readonly schema: z.ZodType<Options>
  /** Which store: `db` or `db/app`. */
  title(options: Options): string
  /** Services that it names; the plan proves that they exist. */
  services(options: Options): readonly string[]
  /** URLs that it will ask; the stack makes their services reachable. */
  urls?(options: Options): readonly string[]
  /** What is counted: `rows`, `keys`, `objects`, `files`. */
  readonly unit: string
  /** Counts everything in the store while it runs. Throws DATA_UNREAD with where and hint when it can't. */
  count(options: Options, context: DataContext): Promise<Counts>
  /** Options for a store that a fixture of the configuration fills, where that tells enough. */
  inferred?(fixture: FilledBy): Options | undefined
}

/** A fixture as it is configured. */
export interface FilledBy {
  readonly kind: string
  readonly options: unknown
}

/** Keeps the option type of a kind while the family holds kinds of every type. */
export function defineData<Options>(kind: DataKind<Options>): DataKind<Options> {
  return kind
}
