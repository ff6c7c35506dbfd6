import type { Buckets } from './buckets.ts'

/** One row as it is compared: what tells it from all others, and its cells in the order of the table's columns. */
export interface Row {
  readonly key: string
  readonly cells: readonly (string | null)[]
}

export interface Column {
  readonly name: string
  readonly type: string
  /** The expression that a new row gets; absent where there is none. */
  readonly default?: string
}

/**
 * How many parts every table is divided into, whatever its size: prints of two tables can be laid side by side. Of ten million rows,
 * one that differs takes 2,500 to be read.
 */
export const bucketCount = 4096
/** A table of at most so many rows is kept whole; one of more is kept as sums of its parts. */
export const fewRows = 1000
/** Longer values are compared by their beginning and a hash of the whole. */
export const longestCell = 1000

export type Content =
  | { readonly kind: 'rows'; readonly rows: readonly Row[] }
  | { readonly kind: 'buckets'; readonly buckets: Buckets }

/** What one table (folder, bucket, database of keys) holds. */
export interface TablePrint {
  readonly name: string
  readonly columns: readonly Column[]
  /** Columns that tell rows apart; empty where only the whole row does. */
  readonly key: readonly string[]
  readonly rows: number
  readonly content: Content
}

/** A counter that gives new rows their number, and the greatest number that is taken. */
export interface Sequence {
  readonly name: string
  readonly table: string
  readonly column: string
  readonly position: number
  readonly max: number
}

/** All that is known of a store at one moment. */
export interface Fingerprint {
  readonly tables: ReadonlyMap<string, TablePrint>
  /** Tables, columns, indexes, constraints, views, extensions: `index users_pkey on users` → its definition. */
  readonly schema: Readonly<Record<string, string>>
  readonly sequences: readonly Sequence[]
  /** When it was complete, milliseconds since 1970; absent where nobody noted it. */
  readonly takenAt?: number
  /** Files of the same name that lie where no volume is. */
  readonly strays?: readonly string[]
  /** The one of them that was read, because the application goes on with it. */
  readonly from?: string
}

/** Rows that are to be read one by one, because their parts differ. */
export interface Want {
  readonly table: string
  readonly columns: readonly Column[]
  readonly key: readonly string[]
  readonly buckets: readonly number[]
}

/** Names of a table's columns that are no part of its key. */
export function valueColumns<Own extends Column>(table: {
  readonly columns: readonly Own[]
  readonly key: readonly string[]
}): readonly Own[] {
  return table.columns.filter(({ name }) => !table.key.includes(name))
}

/** Place of a column's sum in a bucket; the first one is the key's. */
export function placeOf(table: TablePrint, column: string): number {
  return 1 + valueColumns(table).findIndex(({ name }) => name === column)
}
