import { clientOf, type SqlClient } from '../sql/clients.ts'
import { askForLines, environmentOf } from './ask.ts'
import { Buckets } from './buckets.ts'
import { joinedName } from './counts.ts'
import type { DataContext } from './data.ts'
import { schemaSql, sequencesSql, tablesSql } from './postgres-catalog.ts'
import { inOneMoment, type Known, mostRows, quoted, rowsSql, sumsSql } from './postgres-sql.ts'
import { type Fingerprint, type Row, type Sequence, type TablePrint, valueColumns, type Want } from './print.ts'

interface Options {
  readonly service: string
  readonly user?: string | undefined
  readonly database?: string | undefined
}

/** Everything at one moment, in one form whatever the role or the database is set to, and nothing hidden by a policy. */
const settings = {
  default_transaction_isolation: 'repeatable read',
  default_transaction_read_only: 'on',
  search_path: 'pg_catalog',
  row_security: 'off',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  datestyle: 'ISO,YMD',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
}
export const postgresEnv = {
  PGOPTIONS: Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`)
    .join(' '),
  PGCLIENTENCODING: 'UTF8',
}

/** The whole database: small tables by their rows, large ones by sums over their parts, in one reading each. */
export async function printPostgres(
  options: Options,
  context: DataContext,
  like: Fingerprint | undefined,
): Promise<Fingerprint> {
  const ask = await asking(options, context)
  const known: Known[] = []
  const schema: Record<string, string> = {}
  const sequences: Sequence[] = []
  await ask(tablesSql + schemaSql + sequencesSql, (line) => {
    const row = JSON.parse(line) as TableRow | unknown[]
    if (row.length === 5) known.push(readTable(row as TableRow, schema))
    else readPart(row, schema, sequences)
  })
  const plans = known.map((table) => planOf(table, like?.tables.get(table.name)))
  const script = plans.map(({ table, key, columns, few }, index) =>
    few ? rowsSql(table, index, key, columns) : sumsSql(table, index, key, columns),
  )
  const rows = plans.map((): Row[] => [])
  const buckets = plans.map((plan) => new Buckets(1 + valueColumns(plan).length))
  await ask(inOneMoment(script), (line) => {
    const [place, what, ...rest] = JSON.parse(line) as RowLine | SumsLine
    if (rest.length === 1) rows[place]?.push({ key: String(what), cells: rest[0] })
    else buckets[place]?.add(Number(what), rest[0], rest[1].map(BigInt))
  })
  const tables = plans.map(({ table, key, columns, few }, index): [string, TablePrint] => {
    const [own, parts] = [rows[index] as Row[], buckets[index] as Buckets]
    const count = few ? own.length : parts.total
    // One that has grown beyond what is read row by row is no longer whole here.
    const isWhole = few && own.length < mostRows
    const content = isWhole ? { kind: 'rows' as const, rows: own } : { kind: 'buckets' as const, buckets: parts }
    return [table.name, { name: table.name, columns, key, rows: count, content }]
  })
  return { tables: new Map(tables), schema, sequences }
}

/** Reads the rows of some parts of large tables. */
export async function drillPostgres(
  options: Options,
  context: DataContext,
  wants: readonly Want[],
): Promise<Map<string, Row[]>> {
  const ask = await asking(options, context)
  const known = new Map<string, Known>()
  await ask(tablesSql, (line) => {
    const table = readTable(JSON.parse(line), {})
    known.set(table.name, table)
  })
  const found = wants.flatMap((want) => {
    const table = known.get(want.table)
    return table ? [{ want, table }] : []
  })
  const rows = found.map((): Row[] => [])
  const script = found.map(({ want, table }, index) => {
    const columns = want.columns.flatMap((one) => table.columns.find(({ name }) => name === one.name) ?? [])
    return rowsSql(table, index, want.key, [...columns, ...keyColumns(table, want.key)], want.buckets)
  })
  await ask(inOneMoment(script), (line) => {
    const [place, key, cells] = JSON.parse(line) as RowLine
    rows[place]?.push({ key, cells })
  })
  return new Map(found.map(({ want }, index) => [want.table, rows[index] as Row[]]))
}

type RowLine = [place: number, key: string, cells: (string | null)[]]
type SumsLine = [place: number, part: number, rows: number, sums: string[]]
type Ask = (sql: string, onLine: (line: string) => void) => Promise<void>

async function asking({ service, user, database }: Options, context: DataContext): Promise<Ask> {
  const environment = await environmentOf(service, context)
  const client = clientOf({ engine: 'postgres', user, database }, environment) as SqlClient
  const argv = [...client.argv('').slice(0, -2), '-0', '-f', '-']
  return async (sql, onLine) => {
    if (sql === '') return
    await askForLines(
      { service, program: 'psql', argv, env: postgresEnv },
      context,
      { sql, end: client.rowEnd },
      onLine,
    )
  }
}

type TableRow = [
  string,
  string,
  [string, string, string | null, boolean, string | null, string | null, string][] | null,
  string[] | null,
  boolean,
]

function readTable([space, table, columns, key, few]: TableRow, schema: Record<string, string>): Known {
  const name = space === 'public' ? joinedName(table) : joinedName(space, table)
  schema[`table ${name}`] = 'a table'
  const own = (columns ?? []).map(([column, type, preset, filled, identity, generated, base]) => {
    const rest = [
      filled ? 'not null' : '',
      preset === null ? '' : `${generated ? 'generated' : 'default'} ${preset}`,
      identity ? 'identity' : '',
    ]
    schema[`column ${name}.${column}`] = [type, ...rest].filter(Boolean).join(' ')
    return { name: column, type, base, ...(preset === null ? {} : { default: preset }) }
  })
  return { name, quoted: `${quoted(space)}.${quoted(table)}`, columns: own, key: key ?? [], few }
}

function readPart(part: unknown[], schema: Record<string, string>, sequences: Sequence[]): void {
  if (part.length === 3) {
    const [what, name, text] = part as [string, string, string | null]
    schema[`${what} ${name.replace(/^public\./, '')}`] = text ?? ''
    return
  }
  const [space, name, tableSpace, table, column, position, max] = part as [
    string,
    string,
    string,
    string,
    string,
    number,
    number,
  ]
  sequences.push({
    name: joinedName(space, name),
    table: tableSpace === 'public' ? joinedName(table) : joinedName(tableSpace, table),
    column,
    position,
    max,
  })
}

interface Plan {
  readonly table: Known
  readonly key: readonly string[]
  readonly columns: Known['columns']
  readonly few: boolean
}

/** What is compared later is printed as it was before: by the same key, and in the same manner. */
function planOf(table: Known, like: TablePrint | undefined): Plan {
  const names = new Set(table.columns.map(({ name }) => name))
  const key = like?.key.every((name) => names.has(name)) ? like.key : table.key
  // A small table that has grown is still read row by row, up to what is read one by one anyway.
  return { table, key, columns: table.columns, few: like ? like.content.kind === 'rows' : table.few }
}

function keyColumns({ columns }: Known, key: readonly string[]): Known['columns'] {
  return columns.filter(({ name }) => key.includes(name))
}
