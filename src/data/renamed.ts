import type { DataChange } from './change.ts'
import type { Pair } from './pairs.ts'
import { type Fingerprint, placeOf, type TablePrint, valueColumns } from './print.ts'

/** So much of the content has to be found again under another name. */
const enough = 0.9

/** Tables that are gone and whose content another, new one has: old name → new name. */
export function renamedTables(before: Fingerprint, after: Fingerprint): Map<string, string> {
  const gone = [...before.tables.values()].filter(({ name, rows }) => rows > 0 && !after.tables.has(name))
  const fresh = [...after.tables.values()].filter(({ name }) => !before.tables.has(name))
  const found = new Map<string, string>()
  const taken = new Set<string>()
  for (const old of gone) {
    const next = fresh.find((now) => !taken.has(now.name) && hasContentOf(old, now))
    if (!next) continue
    found.set(old.name, next.name)
    taken.add(next.name)
  }
  return found
}

function hasContentOf(old: TablePrint, now: TablePrint): boolean {
  const shared = valueColumns(old).filter(({ name }) => valueColumns(now).some((other) => other.name === name))
  if (old.key.join('\0') !== now.key.join('\0') || now.rows < old.rows * enough) return false
  if (shared.length === 0 && (old.key.length === 0 || valueColumns(old).length > 0)) return false
  const columns = shared.map(({ name }) => name)
  const [had, has] = [signs(old, columns), signs(now, columns)]
  if (!had || !has || had.length === 0) return false
  const known = new Set(has)
  return had.filter((sign) => known.has(sign)).length >= had.length * enough
}

/** One sign for each row, or for each part of a large table, over some columns. */
function signs(table: TablePrint, columns: readonly string[]): string[] | undefined {
  const places = columns.map((name) => placeOf(table, name))
  const { content } = table
  if (content.kind === 'rows')
    return content.rows.map(({ key, cells }) => JSON.stringify([key, ...places.map((place) => cells[place - 1])]))
  const { buckets } = content
  return [...buckets.indexes()].map((index) =>
    [index, buckets.rows(index), ...[0, ...places].map((place) => buckets.sum(index, place))].join(' '),
  )
}

/** What one column holds, row by row or part by part; without the rows in which it holds nothing. */
function valuesOf(table: TablePrint, column: string, keyed: boolean): Map<string, string> | undefined {
  const place = placeOf(table, column)
  const { content } = table
  if (!keyed) return undefined
  if (content.kind === 'rows') {
    return new Map(
      content.rows.flatMap(({ key, cells }) => {
        const cell = cells[place - 1] ?? null
        return cell === null ? [] : [[key, cell]]
      }),
    )
  }
  return new Map(
    [...content.buckets.indexes()].flatMap((index) => {
      const sum = content.buckets.sum(index, place)
      return sum === 0n ? [] : [[String(index), String(sum)]]
    }),
  )
}

/** Columns that are gone and whose content a new one has. */
export function renamedColumns(before: TablePrint, after: TablePrint, keyed: boolean) {
  const gone = valueColumns(before).filter(({ name }) => !after.columns.some((other) => other.name === name))
  const fresh = valueColumns(after).filter(({ name }) => !before.columns.some((other) => other.name === name))
  const taken = new Set<string>()
  return gone.flatMap(({ name }) => {
    const had = valuesOf(before, name, keyed)
    if (!had || had.size === 0) return []
    const next = fresh.find((one) => !taken.has(one.name) && isFoundIn(had, valuesOf(after, one.name, keyed)))
    if (!next) return []
    taken.add(next.name)
    return [{ before: name, after: next.name }]
  })
}

function isFoundIn(had: ReadonlyMap<string, string>, has: ReadonlyMap<string, string> | undefined): boolean {
  if (!has) return false
  const same = [...had].filter(([key, value]) => has.get(key) === value).length
  return same >= had.size * enough
}

/** Columns that are gone, with how many values; those that were renamed are told as that. */
export function droppedColumns({ before, after, columns, keyed }: Pair): DataChange[] {
  const { name: table, rows: of } = before
  const now = new Set(after.columns.map(({ name }) => name))
  const moved = new Map(columns.map((column) => [column.before, column.after]))
  return before.columns.flatMap((column): DataChange[] => {
    const to = moved.get(column.name)
    if (to !== undefined && to !== column.name)
      return [{ table, kind: 'column-renamed', column: column.name, to, rows: of, of }]
    if (now.has(column.name) || to !== undefined) return []
    return [{ table, kind: 'column-dropped', column: column.name, rows: informing(before, column.name, keyed), of }]
  })
}

/** How many values tell something: none where every row has the same one. */
function informing(table: TablePrint, column: string, keyed: boolean): number {
  if (table.key.includes(column)) return table.rows
  const values = valuesOf(table, column, keyed)
  if (!values) return table.rows
  if (table.content.kind === 'buckets') return values.size === 0 ? 0 : table.rows
  return new Set(values.values()).size <= 1 && values.size === table.rows ? 0 : values.size
}
