import type { DataContext } from './data.ts'
import { bucketOf, Gathering, shortCell } from './gather.ts'
import type { Column, Fingerprint, Row, TablePrint, Want } from './print.ts'
import { askSqlite, type SqliteOptions } from './sqlite-ask.ts'
import { usersTables } from './sqlite-programs.ts'

interface Known {
  readonly name: string
  readonly columns: Column[]
  key: string[]
}

type Part = [what: string, ...rest: (string | number | null)[]]

/** The catalogue as JSON rows: parts of the schema, columns with their place in the primary key, positions of counters. */
const catalog = [
  `SELECT json_array('part', type, name, tbl_name, sql) FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
  `SELECT json_array('table', own.name) FROM sqlite_master AS own WHERE ${usersTables}`,
  `SELECT json_array('column', own.name, col.name, col.type, col."notnull", col.dflt_value, col.pk)
FROM sqlite_master AS own JOIN pragma_table_info(own.name) AS col WHERE ${usersTables} ORDER BY own.name, col.cid`,
]

async function readCatalog(options: SqliteOptions, context: DataContext) {
  const schema: Record<string, string> = {}
  const tables = new Map<string, Known>()
  const primary: [Known, string, number][] = []
  await askSqlite(options, context, catalog, (line) => {
    const [what, first, ...rest] = JSON.parse(line) as Part
    if (what === 'part') {
      const [name, table, sql] = rest
      if (first !== 'table') schema[`${first} ${name}${first === 'view' ? '' : ` on ${table}`}`] = tidy(String(sql))
    } else if (what === 'table') tables.set(String(first), { name: String(first), columns: [], key: [] })
    else {
      const [column, type, filled, preset, place] = rest
      const known = tables.get(String(first))
      if (!known) return
      known.columns.push({
        name: String(column),
        type: String(type),
        ...(preset === null ? {} : { default: String(preset) }),
      })
      schema[`column ${known.name}.${column}`] = [
        type,
        filled ? 'not null' : '',
        preset === null ? '' : `default ${preset}`,
      ]
        .filter(Boolean)
        .join(' ')
      if (Number(place) > 0) primary.push([known, String(column), Number(place)])
    }
  })
  for (const [known, column] of primary.toSorted((a, b) => a[2] - b[2])) known.key.push(column)
  for (const name of tables.keys()) schema[`table ${name}`] = 'a table'
  return { schema, tables }
}

/** Two that differ only in how they are written are the same. */
function tidy(sql: string): string {
  return sql.replace(/\s+/g, ' ').replaceAll(/["`[\]]/g, '')
}

/** All tables, row by row: SQLite has no hashes of its own, and lies on this very machine. */
export async function printSqlite(
  options: SqliteOptions,
  context: DataContext,
  like: Fingerprint | undefined,
): Promise<Fingerprint> {
  const { schema, tables } = await readCatalog(options, context)
  const plans = [...tables.values()].map((table) => {
    const wanted = like?.tables.get(table.name)?.key
    return { table, key: wanted?.every((name) => table.columns.some((one) => one.name === name)) ? wanted : table.key }
  })
  const gathered = plans.map(() => new Gathering())
  const statements = plans.map(({ table, key }, place) => rowsSql(place, table.name, key, valuesOf(table.columns, key)))
  await askSqlite(options, context, statements, (line) => {
    const [place, key, cells] = JSON.parse(line) as [number, string, (string | null)[]]
    gathered[place]?.add({ key: plans[place]?.key.length === 0 ? JSON.stringify(cells) : key, cells })
  })
  const printed = plans.map(({ table, key }, place): [string, TablePrint] => {
    const own = gathered[place] as Gathering
    return [
      table.name,
      {
        name: table.name,
        columns: table.columns,
        key,
        rows: own.count,
        content: own.content(like?.tables.get(table.name)?.content),
      },
    ]
  })
  return { tables: new Map(printed), schema, sequences: [] }
}

/** Reads the rows of some parts of large tables. */
export async function drillSqlite(
  options: SqliteOptions,
  context: DataContext,
  wants: readonly Want[],
): Promise<Map<string, Row[]>> {
  const rows = wants.map((): Row[] => [])
  const parts = wants.map(({ buckets }) => new Set(buckets))
  const statements = wants.map(({ table, key, columns }, place) =>
    rowsSql(
      place,
      table,
      key,
      columns.map(({ name }) => name),
    ),
  )
  await askSqlite(options, context, statements, (line) => {
    const [place, key, cells] = JSON.parse(line) as [number, string, (string | null)[]]
    const id = wants[place]?.key.length === 0 ? JSON.stringify(cells) : key
    if (!parts[place]?.has(bucketOf(id))) return
    rows[place]?.push({ key: id, cells: cells.map((cell) => (cell === null ? null : shortCell(cell))) })
  })
  return new Map(wants.map(({ table }, place) => [table, rows[place] as Row[]]))
}

function valuesOf(columns: readonly Column[], key: readonly string[]): string[] {
  return columns.map(({ name }) => name).filter((name) => !key.includes(name))
}

function rowsSql(place: number, table: string, key: readonly string[], columns: readonly string[]): string {
  const id = key.length === 0 ? `''` : key.map((name) => `coalesce(${textSql(name)}, char(2))`).join(` || char(1) || `)
  return `SELECT json_array(${place}, ${id}, json_array(${columns.map(textSql).join(', ')})) FROM ${quoted(table)}`
}

function textSql(name: string): string {
  const column = quoted(name)
  return `CASE typeof(${column}) WHEN 'blob' THEN 'x' || hex(${column}) ELSE CAST(${column} AS TEXT) END`
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
