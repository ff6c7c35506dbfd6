import { askForLines } from './ask.ts'
import { Buckets } from './buckets.ts'
import type { DataContext } from './data.ts'
import { catalogSql, type Known, type Part, readCatalog } from './mysql-catalog.ts'
import { clientFor, type MysqlOptions, quoted } from './mysql-client.ts'
import { drilledRows } from './pairs.ts'
import {
  bucketCount,
  type Fingerprint,
  fewRows,
  longestCell,
  type Row,
  type TablePrint,
  valueColumns,
  type Want,
} from './print.ts'

const mostRows = 2 * drilledRows
const settingsSql = `SET SESSION time_zone = '+00:00';
SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ;
START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY;
`

/** All tables: small ones by their rows, large ones by sums over their parts. */
export async function printMysql(
  options: MysqlOptions,
  context: DataContext,
  like: Fingerprint | undefined,
): Promise<Fingerprint> {
  const { ask, database } = await asking(options, context)
  const parts: Part[] = []
  await ask(catalogSql, (line) => parts.push(JSON.parse(line)))
  const { tables, schema } = readCatalog(parts, database)
  const all = [...tables.values()]
  const few: boolean[] = []
  const sizes = all.map(
    (table, place) =>
      `SELECT JSON_ARRAY(${place}, (SELECT COUNT(*) FROM (SELECT 1 FROM ${table.quoted} LIMIT ${fewRows + 1}) AS few));\n`,
  )
  await ask(sizes.join(''), (line) => {
    const [place, rows] = JSON.parse(line) as [number, number]
    few[place] = rows <= fewRows
  })
  const plans = all.map((table, place) => {
    const known = like?.tables.get(table.name)
    const names = new Set(table.columns.map(({ name }) => name))
    const key = known?.key.every((name) => names.has(name)) ? known.key : table.key
    return { table, key, few: known ? known.content.kind === 'rows' : (few[place] ?? true) }
  })
  const rows = plans.map((): Row[] => [])
  const buckets = plans.map(({ table: { columns }, key }) => new Buckets(1 + valueColumns({ columns, key }).length))
  const script = plans.map(({ table, key, few }, place) =>
    few ? rowsSql(table, place, key, table.columns) : sumsSql(table, place, key),
  )
  await ask(settingsSql + script.join(''), (line) => {
    const [place, what, ...rest] = JSON.parse(line) as [number, string | number, ...(string | number | null)[]]
    if (plans[place]?.few) rows[place]?.push({ key: String(what), cells: rest as (string | null)[] })
    else
      buckets[place]?.add(
        Number(what),
        Number(rest[0]),
        rest.slice(1).map((sum) => BigInt(sum ?? 0)),
      )
  })
  const printed = plans.map(({ table, key, few }, place): [string, TablePrint] => {
    const [own, sums] = [rows[place] as Row[], buckets[place] as Buckets]
    const count = few ? own.length : sums.total
    const isWhole = few && own.length < mostRows
    const content = isWhole ? { kind: 'rows' as const, rows: own } : { kind: 'buckets' as const, buckets: sums }
    return [table.name, { name: table.name, columns: table.columns, key, rows: count, content }]
  })
  return { tables: new Map(printed), schema, sequences: [] }
}

/** Reads the rows of some parts of large tables. */
export async function drillMysql(
  options: MysqlOptions,
  context: DataContext,
  wants: readonly Want[],
): Promise<Map<string, Row[]>> {
  const { ask, database } = await asking(options, context)
  const parts: Part[] = []
  await ask(catalogSql, (line) => parts.push(JSON.parse(line)))
  const { tables } = readCatalog(parts, database)
  const found = wants.flatMap((want) => {
    const table = tables.get(want.table)
    return table ? [{ want, table }] : []
  })
  const rows = found.map((): Row[] => [])
  const script = found.map(({ want, table }, place) => {
    const columns = want.columns.flatMap((one) => table.columns.find(({ name }) => name === one.name) ?? [])
    return rowsSql(table, place, want.key, columns, want.buckets)
  })
  await ask(settingsSql + script.join(''), (line) => {
    const [place, key, ...cells] = JSON.parse(line) as [number, string, ...(string | null)[]]
    rows[place]?.push({ key, cells })
  })
  return new Map(found.map(({ want }, place) => [want.table, rows[place] as Row[]]))
}

async function asking(options: MysqlOptions, context: DataContext) {
  const { client, database } = await clientFor(options, context, ['--raw'])
  const ask = async (sql: string, onLine: (line: string) => void) => {
    if (sql !== '') await askForLines(client, context, { sql, end: '\n' }, onLine)
  }
  return { ask, database }
}

function rowsSql(
  table: Known,
  place: number,
  key: readonly string[],
  columns: Known['columns'],
  buckets?: readonly number[],
): string {
  const cells = valueColumns({ columns, key }).map((column) => cellSql(textSql(column)))
  const part = buckets ? ` WHERE ${bucketSql(table, key)} IN (${buckets.join(', ')})` : ''
  return `SELECT JSON_ARRAY(${[place, keySql(table, key), ...cells].join(', ')}) FROM ${table.quoted}${part} LIMIT ${mostRows};\n`
}

function cellSql(text: string): string {
  return `IF(CHAR_LENGTH(${text}) > ${longestCell}, CONCAT(LEFT(${text}, ${longestCell}), '…', MD5(${text})), ${text})`
}

/** What is no text is printed as digits; JSON holds text only. */
function textSql({ name, base }: { readonly name: string; readonly base: string }): string {
  return /blob|binary|bit|geometry|point|polygon/.test(base)
    ? `HEX(${quoted(name)})`
    : `CONVERT(${quoted(name)} USING utf8mb4)`
}

function keySql({ columns }: Known, key: readonly string[]): string {
  if (key.length === 0) return `''`
  const own = key.map((name) => textSql(columns.find((column) => column.name === name) ?? { name, base: '' }))
  return `CONCAT_WS(CHAR(1 USING utf8mb4), ${own.join(', ')})`
}

function wholeSql({ columns }: Known): string {
  return `CONCAT_WS(CHAR(1 USING utf8mb4), ${columns.map((column) => `COALESCE(${textSql(column)}, CHAR(2 USING utf8mb4))`).join(', ')})`
}

function bucketSql(table: Known, key: readonly string[]): string {
  const text = key.length === 0 ? wholeSql(table) : keySql(table, key)
  return `(CONV(LEFT(MD5(${text}), 4), 16, 10) % ${bucketCount})`
}

function hashSql(text: string): string {
  return `CAST(CONV(LEFT(MD5(${text}), 15), 16, 10) AS UNSIGNED)`
}

function sumsSql(table: Known, place: number, key: readonly string[]): string {
  const id = keySql(table, key)
  const hashes = valueColumns({ columns: table.columns, key }).map((column) =>
    hashSql(`CONCAT(${id}, CHAR(0), ${textSql(column)})`),
  )
  const sums = [hashSql(id), ...hashes].map((hash) => `CAST(COALESCE(SUM(${hash}), 0) AS CHAR)`)
  const part = bucketSql(table, key)
  return `SELECT JSON_ARRAY(${[place, part, 'COUNT(*)', ...sums].join(', ')}) FROM ${table.quoted} GROUP BY ${part};\n`
}
