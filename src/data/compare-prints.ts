import { type Compared, type DataChange, schemaDifference } from './change.ts'
import { compareRows } from './compare-rows.ts'
import { type Pair, pairUp, wantOf } from './pairs.ts'
import { type Fingerprint, placeOf, type Row, type TablePrint } from './print.ts'
import { droppedColumns } from './renamed.ts'
import type { Within } from './touched.ts'

/** Rows that were read one by one, by the name that the table had before. */
export interface Drilled {
  readonly before: ReadonlyMap<string, readonly Row[]>
  readonly after: ReadonlyMap<string, readonly Row[]>
}

/** Compares two moments of a store. `drilled` has the rows of large tables that `wantOf` asked for. */
export function comparePrints(before: Fingerprint, after: Fingerprint, drilled: Drilled): Compared {
  const pairs = pairUp(before, after)
  const [since, until] = [before.takenAt, after.takenAt]
  const within = since === undefined || until === undefined ? undefined : { since, until }
  const uncompared: { table: string; why: string }[] = []
  const changed = pairs.map((one) =>
    tableChanges(one, { ...drilled, within }, (why) => uncompared.push({ table: one.before.name, why })),
  )
  const paired = new Set(pairs.map(({ before }) => before.name))
  const taken = new Set(pairs.map(({ after }) => after.name))
  const gone = [...before.tables.values()].filter(({ name }) => !paired.has(name))
  const dropped = gone.map(({ name, rows }): DataChange => ({ table: name, kind: 'table-dropped', rows, of: rows }))
  const added = [...after.tables.values()].filter(({ name }) => !taken.has(name))
  const fresh = added.map(({ name, rows }): DataChange => ({ table: name, kind: 'table-added', rows, of: 0 }))
  const ofColumns = ['touched', 'column-added', 'grown', 'column-renamed', 'table-renamed']
  return {
    changes: [...dropped, ...changed.flat(), ...sequenceChanges(before, after), ...fresh],
    preserved: changed.filter((one) => one.every(({ kind }) => ofColumns.includes(kind))).length,
    tables: before.tables.size,
    rows: [...before.tables.values()].reduce((sum, { rows }) => sum + rows, 0),
    uncompared,
    schema: schemaDifference(before.schema, after.schema),
    ...(after.from === undefined ? {} : { from: after.from }),
  }
}

function tableChanges(
  one: Pair,
  { within, ...drilled }: Drilled & { readonly within: Within | undefined },
  uncompared: (why: string) => void,
): DataChange[] {
  const { before, after, columns, keyed } = one
  const table = before.name
  const renamed = before.name === after.name ? [] : [named(table, before.rows, after.name)]
  const own = droppedColumns(one)
  const rest: DataChange[] = []
  const known = new Set([...before.columns.map(({ name }) => name), ...columns.map((column) => column.after)])
  for (const { name } of after.columns) {
    if (!known.has(name)) rest.push({ table, kind: 'column-added', column: name, rows: after.rows, of: before.rows })
  }
  const names = columns.map((column) => column.before)
  const sides = { table, keyed, of: before.rows, columns: names, ...(within ? { within } : {}) }
  if (before.content.kind === 'rows' && after.content.kind === 'rows') {
    const [old, now] = [
      chosen(
        before,
        before.content.rows,
        columns.map((column) => column.before),
      ),
      chosen(
        after,
        after.content.rows,
        columns.map((column) => column.after),
      ),
    ]
    return [...renamed, ...compareRows({ ...sides, before: old, after: now, atLeast: false }), ...own, ...rest]
  }
  if (before.content.kind !== after.content.kind || (!keyed && before.columns.length !== columns.length)) {
    uncompared(keyed ? 'it has grown too much to be read row by row' : 'it has no key, and other columns than before')
    return [...renamed, ...netChange(one), ...own, ...rest]
  }
  const want = wantOf(one)
  if (!want) return [...renamed, ...own, ...rest]
  const [old, now] = [drilled.before.get(table), drilled.after.get(table)]
  if (!old || !now) {
    uncompared('the rows that differ could not be read one by one')
    return [...renamed, ...netChange(one), ...own, ...rest]
  }
  const seen = compareRows({ ...sides, before: old, after: now, atLeast: !want.whole })
  return [...renamed, ...withNet(seen, one), ...own, ...rest]
}

function named(table: string, rows: number, to: string): DataChange {
  return { table, kind: 'table-renamed', rows, of: rows, to }
}

/** Cells in the order of the columns that both sides have. */
function chosen(table: TablePrint, rows: readonly Row[], columns: readonly string[]): Row[] {
  const places = columns.map((name) => placeOf(table, name) - 1)
  return rows.map(({ key, cells }) => ({ key, cells: places.map((place) => cells[place] ?? null) }))
}

/** What the numbers of rows tell where no more is known. */
function netChange({ before, after }: Pair): DataChange[] {
  const lost = before.rows - after.rows
  if (lost === 0) return []
  const kind = lost > 0 ? 'rows-lost' : 'grown'
  return [{ table: before.name, kind, rows: Math.abs(lost), of: before.rows, atLeast: true }]
}

/** Where only a part of the rows was read, the table's own number of rows may tell of more that are lost. */
function withNet(seen: readonly DataChange[], one: Pair): DataChange[] {
  const [net] = netChange(one)
  if (net?.kind !== 'rows-lost') return [...seen]
  const lost = seen.find(({ kind }) => kind === 'rows-lost')
  if (lost && lost.rows >= net.rows) return [...seen]
  return [{ ...net, ...(lost?.keys ? { keys: lost.keys } : {}) }, ...seen.filter((other) => other !== lost)]
}

/** Counters that would give a number away that is taken, and did not before. */
function sequenceChanges(before: Fingerprint, after: Fingerprint): DataChange[] {
  const behind = (from: Fingerprint) =>
    new Set(from.sequences.filter(({ position, max }) => position < max).map(({ name }) => name))
  const known = behind(before)
  return after.sequences
    .filter(({ name, position, max }) => position < max && !known.has(name))
    .map(({ table, column, position, max }): DataChange => {
      const of = before.tables.get(table)?.rows ?? 0
      return { table, column, kind: 'sequence-behind', rows: max - position, of }
    })
}
