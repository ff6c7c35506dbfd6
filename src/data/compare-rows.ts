import { type ChangeKind, type DataChange, toldKeys } from './change.ts'
import { isTruncated, meansTheSame, reEncoded, shapeOf, tellKey } from './meaning.ts'
import type { Row } from './print.ts'
import { isTouched, type Within } from './touched.ts'

/** The rows of one table on both sides, with the same columns in the same order. */
export interface Sides {
  readonly table: string
  readonly columns: readonly string[]
  /** False where only the whole row tells it from others. */
  readonly keyed: boolean
  readonly before: readonly Row[]
  readonly after: readonly Row[]
  /** How many rows the table had before; more than `before` where only a part of it was read. */
  readonly of: number
  readonly atLeast: boolean
  /** When both sides were looked at; absent where nobody knows. */
  readonly within?: Within
}

/** What became of each row. */
export function compareRows(sides: Sides): DataChange[] {
  const { table, of, keyed } = sides
  const same = onlyRow(sides)
  if (same) return same
  const part = sides.atLeast ? { atLeast: true as const } : {}
  const [old, now] = [byKey(sides.before, keyed), byKey(sides.after, keyed)]
  const lost = surplus(old, now)
  const added = surplus(now, old)
  const changes: DataChange[] = []
  if (lost.length > 0) {
    changes.push({ table, kind: 'rows-lost', rows: lost.length, of, ...part, keys: told(lost, keyed) })
  }
  if (keyed) changes.push(...cellChanges(sides, old, now))
  const copies = keyed ? copiesAmong(added, sides.before) : added.filter(({ key }) => old.has(key))
  if (copies.length > 0) {
    changes.push({ table, kind: 'duplicated', rows: copies.length, of, ...part, keys: told(copies, keyed) })
  }
  if (added.length > copies.length) {
    changes.push({ table, kind: 'grown', rows: added.length - copies.length, of, ...part })
  }
  return changes
}

/** The one row that a table has, before and after, is the same row, whatever changed in it: a schema's version, a setting. */
function onlyRow(sides: Sides): DataChange[] | undefined {
  const { table, of, keyed, atLeast, before, after } = sides
  const [old, now] = [before[0], after[0]]
  if (of !== 1 || atLeast || before.length !== 1 || after.length !== 1 || !old || !now) return undefined
  const changes = cellChanges(sides, new Map([[old.key, [old]]]), new Map([[old.key, [now]]]))
  if (!keyed)
    return changes.map(({ keys: _keys, sample = [], ...change }) => ({
      ...change,
      sample: sample.map((one) => ({ ...one, key: '' })),
    }))
  if (old.key === now.key || changes.length > 0) return changes
  return [{ table, kind: 'values-changed', rows: 1, of, keys: [tellKey(old.key)] }]
}

function told(rows: readonly Row[], keyed: boolean): string[] {
  return keyed ? rows.slice(0, toldKeys).map(({ key }) => tellKey(key)) : []
}

function byKey(rows: readonly Row[], keyed: boolean): Map<string, Row[]> {
  return Map.groupBy(rows, (row) => (keyed ? row.key : JSON.stringify(row.cells)))
}

/** Rows of one side that the other one does not have as often. */
function surplus(of: ReadonlyMap<string, Row[]>, than: ReadonlyMap<string, Row[]>): Row[] {
  return [...of].flatMap(([key, rows]) => rows.slice(than.get(key)?.length ?? 0).map((row) => ({ ...row, key })))
}

/** Added rows whose whole content, but for the key, another row had already: where no two rows were alike before. */
function copiesAmong(added: readonly Row[], before: readonly Row[]): Row[] {
  const content = (row: Row) => JSON.stringify(row.cells)
  const known = new Set(before.map(content))
  if (known.size < before.length) return []
  return added.filter((row) => row.cells.some((cell) => cell !== null && cell !== '') && known.has(content(row)))
}

type Found = Map<string, { rows: number; keys: string[]; sample: { key: string; before: string; after: string }[] }>

function cellChanges(
  { table, columns, of, atLeast, within }: Sides,
  old: ReadonlyMap<string, Row[]>,
  now: ReadonlyMap<string, Row[]>,
): DataChange[] {
  const found: Found = new Map()
  for (const [key, [row]] of old) {
    const other = now.get(key)?.[0]
    if (!row || !other) continue
    for (const [index, column] of columns.entries()) {
      const [before = null, after = null] = [row.cells[index], other.cells[index]]
      const seen = kindOf(before, after)
      if (!seen) continue
      const isUsual = seen === 'values-changed' && isTouched(column, before ?? '', after ?? '', within)
      const kind = isUsual ? 'touched' : seen
      const id = `${column}\0${kind}`
      const one = found.get(id) ?? { rows: 0, keys: [], sample: [] }
      one.rows += 1
      if (one.keys.length < toldKeys) one.keys.push(tellKey(key))
      if (one.sample.length < 3) one.sample.push({ key: tellKey(key), before: shapeOf(before), after: shapeOf(after) })
      found.set(id, one)
    }
  }
  return [...found].map(([id, { rows, keys, sample }]) => {
    const [column = '', kind = ''] = id.split('\0')
    const part = atLeast ? { atLeast: true as const } : {}
    return { table, kind: kind as ChangeKind, column, rows, of, ...part, keys, sample }
  })
}

/** What happened to one value; undefined where it says the same, or says something for the first time. */
function kindOf(before: string | null, after: string | null): ChangeKind | undefined {
  if (before === after || before === null) return undefined
  if (after === null) return before === '' ? undefined : 'nulled'
  if (meansTheSame(before, after)) return undefined
  const encoding = reEncoded(before, after)
  if (encoding) return encoding === 'lost' ? 'characters-lost' : 're-encoded'
  return isTruncated(before, after) ? 'truncated' : 'values-changed'
}
