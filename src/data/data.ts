import type { z } from 'zod'
import type { RunningStack } from '../stack/stack.ts'
import type { Fingerprint, Row, Want } from './print.ts'

/** What is needed to look into a store. */
export interface DataContext {
  readonly stack: RunningStack
  /** A volume as the stack knows it: a mounted host folder is known by its whole path. */
  readonly volumeOf: (volume: string) => string
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
  /** Volumes that it reads, as users name them. */
  volumes?(options: Options): readonly string[]
  /** Paths in its services that it reads; without it, all that they mount. */
  paths?(options: Options): readonly string[]
  /** URLs that it will ask; the stack makes their services reachable. */
  urls?(options: Options): readonly string[]
  /** What is counted: `rows`, `keys`, `objects`, `files`. */
  readonly unit: string
  /** Counts everything in the store while it runs. Throws DATA_UNREAD with where and hint when it can't. */
  count(options: Options, context: DataContext): Promise<Counts>
  /**
   * Everything that is in the store: what it is made of, and what it holds. Where it is to be compared with an earlier one,
   * \`like\` says how that was taken. Throws DATA_UNREAD.
   */
  print(options: Options, context: DataContext, like?: Fingerprint): Promise<Fingerprint>
  /** The rows of some parts of large tables, by the table. Throws DATA_UNREAD. */
  drill(options: Options, context: DataContext, wants: readonly Want[]): Promise<ReadonlyMap<string, readonly Row[]>>
  /** True where what it holds has a schema: tables, columns, indexes. */
  readonly hasSchema?: true
  /** False where it is read without any service that runs. */
  readonly needsServices?: false
  /** Options for a store that is known by the image of its service, where that tells enough. */
  recognised?(use: ImageOf): Options | undefined
  /** Options for a store that a fixture of the configuration fills, where that tells enough. */
  inferred?(fixture: FilledBy): Options | undefined
}

/** A fixture as it is configured. */
export interface FilledBy {
  readonly kind: string
  readonly options: unknown
}

/** A service and the image that it runs. */
export interface ImageOf {
  readonly service: string
  /** `postgres` of `docker.io/library/postgres:17`. */
  readonly image: string
  /** Whether it mounts anything to write to: what does not is a cache that every new container begins empty. */
  readonly isKept: boolean
}

/** Keeps the option type of a kind while the family holds kinds of every type. */
export function defineData<Options>(kind: DataKind<Options>): DataKind<Options> {
  return kind
}
