import type { Buckets } from './buckets.ts'
import type { Fingerprint, TablePrint, Want } from './print.ts'
import { placeOf, valueColumns } from './print.ts'
import { renamedColumns, renamedTables } from './renamed.ts'

/** At most so many rows of one table are read one by one on either side. */
export const drilledRows = 50_000

/** Two prints of one table, under the names that its columns have on both sides. */
export interface Pair {
  readonly before: TablePrint
  readonly after: TablePrint
  /** Columns that both have, by the name before; the key's are left out. */
  readonly columns: readonly { readonly before: string; readonly after: string }[]
  /** Whether rows are told apart by the same columns on both sides. */
  readonly keyed: boolean
}

/** Lays tables of two moments side by side, those that were renamed too. */
export function pairUp(before: Fingerprint, after: Fingerprint): Pair[] {
  const renamed = renamedTables(before, after)
  return [...before.tables.values()].flatMap((old) => {
    const now = after.tables.get(old.name) ?? after.tables.get(renamed.get(old.name) ?? '')
    return now ? [pair(old, now)] : []
  })
}

function pair(before: TablePrint, after: TablePrint): Pair {
  const keyed = before.key.length > 0 && before.key.join('\0') === after.key.join('\0')
  const names = new Set(after.columns.map(({ name }) => name))
  const own = keyed ? valueColumns(before) : before.columns
  const same = own.filter(({ name }) => names.has(name)).map(({ name }) => ({ before: name, after: name }))
  const renamed = renamedColumns(before, after, keyed)
  return { before, after, keyed, columns: [...same, ...renamed] }
}

/** Parts of a large table that differ, and all columns of which something is to be read; undefined where none does. */
export function wantOf(
  one: Pair,
): { readonly before: Want; readonly after: Want; readonly whole: boolean } | undefined {
  const differing = differingBuckets(one)
  if (differing.length === 0) return undefined
  const { before, after, columns } = one
  const chosen: number[] = []
  let rows = 0
  for (const { index, size } of differing) {
    if (chosen.length > 0 && rows + size > drilledRows) break
    chosen.push(index)
    rows += size
  }
  const side = (table: TablePrint, names: readonly string[]): Want => ({
    table: table.name,
    columns: names.flatMap((name) => table.columns.find((column) => column.name === name) ?? []),
    key: one.keyed ? table.key : [],
    buckets: chosen,
  })
  return {
    before: side(
      before,
      columns.map((column) => column.before),
    ),
    after: side(
      after,
      columns.map((column) => column.after),
    ),
    whole: chosen.length === differing.length,
  }
}

function differingBuckets({ before, after, columns }: Pair): { readonly index: number; readonly size: number }[] {
  if (before.content.kind !== 'buckets' || after.content.kind !== 'buckets') return []
  const [old, now] = [before.content.buckets, after.content.buckets]
  const places = columns.map((column) => [placeOf(before, column.before), placeOf(after, column.after)] as const)
  const all = [...new Set([...old.indexes(), ...now.indexes()])].sort((a, b) => a - b)
  return all.flatMap((index) =>
    isSame(index, old, now, places) ? [] : [{ index, size: Math.max(old.rows(index), now.rows(index)) }],
  )
}

function isSame(index: number, old: Buckets, now: Buckets, places: readonly (readonly [number, number])[]): boolean {
  return (
    old.rows(index) === now.rows(index) &&
    old.sum(index, 0) === now.sum(index, 0) &&
    places.every(([before, after]) => old.sum(index, before) === now.sum(index, after))
  )
}
