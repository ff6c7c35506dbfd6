import { z } from 'zod'
import { captureName, object, service, text } from '../fields/index.ts'
import { expectation } from '../http/json-match.ts'
import { rowsValue } from '../invariants/value.ts'
import type { Observation } from '../run/journal.ts'
import { clientOf, engines } from '../sql/clients.ts'
import { compared } from './answer.ts'
import { type CheckContext, checkFields, defineCheck } from './check.ts'
import { measureFields } from './measure.ts'
import { withWholeOutput } from './whole-output.ts'

const asked = {
  service,
  query: text,
  engine: z.enum(engines).optional(),
  user: text.optional(),
  database: text.optional(),
  file: text.optional(),
}
const schema = object({
  ...checkFields,
  ...asked,
  value: expectation.optional(),
  rows: expectation.optional(),
  capture: captureName.optional(),
})
type Options = z.output<typeof schema>
const measured = object({ ...measureFields, ...asked })

/** Asks a database. */
export const sql = defineCheck<Options>({
  name: 'sql',
  summary:
    "Runs a query with the client in the database's own container: PostgreSQL, MySQL and MariaDB, or SQLite with `file`. `value` is what the first column of the first row must be, `rows` how many rows there must be; `capture` names that value. User and database come from the container's environment unless they are given.",
  example: `sql: { service: db, query: "SELECT count(*) FROM issues", value: { min: 1, equals: "{baseline.issues}" }, capture: issues }`,
  schema,
  title: (options) => `${options.service}: ${short(options.query)}`,
  services: (options) => [options.service],
  captures: ({ capture }) => (capture === undefined ? [] : [capture]),
  observe,
  measure: {
    summary: 'The rows of the query; of one row with one column, its value.',
    example: 'sql: { service: db, query: "SELECT id FROM orders ORDER BY id", rule: superset }',
    schema: measured,
    async read(options: z.output<typeof measured>, context) {
      const rows = await query(options, context)
      return 'outcome' in rows ? { observation: rows } : { value: rowsValue(rows) }
    },
  },
})

async function observe(options: Options, context: CheckContext): Promise<Observation> {
  const rows = await query(options, context)
  if ('outcome' in rows) return rows
  const cell = rows[0]?.[0]
  const captured: Record<string, string> =
    options.capture !== undefined && cell !== undefined ? { [options.capture]: cell } : {}
  for (const [name, value] of Object.entries(captured)) context.capture(name, value)
  const document = { value: asNumber(cell), rows: rows.length }
  for (const part of ['value', 'rows'] as const) {
    const wanted = options[part]
    const mismatch = wanted === undefined ? undefined : compared(document, `$.${part}`, wanted, context)
    if (mismatch) return { ...failed(options, mismatch.expected, mismatch.actual), captured }
  }
  return { outcome: 'passed', captured }
}

/** All rows that a query gives, or how it failed. */
async function query(
  options: Pick<Options, keyof typeof asked>,
  context: CheckContext,
): Promise<readonly string[][] | Observation> {
  const { service } = options
  const environment = await context.stack.environment(service)
  const client = clientOf(options, environment)
  if (!client) {
    const detail = `which database is ${service}? name it with "engine": ${engines.join(', ')}`
    return { outcome: 'error', service, detail }
  }
  const argv = client.argv(context.fill(options.query))
  const given = { signal: context.signal, env: client.env }
  const result = await withWholeOutput((stdout) => context.stack.exec(service, argv, { ...given, stdout }), service)
  if ('outcome' in result) return result
  if (result.exitCode === 126 || result.exitCode === 127) {
    const name = argv[0] === 'sh' ? 'mariadb or mysql' : argv[0]
    return { outcome: 'error', service, detail: `${service} has no ${name} in it to ask with: is it the database?` }
  }
  if (result.exitCode === 0) return rowsOf(result.stdout, client.rowEnd)
  const lines = result.stderr.trim().split('\n')
  // MariaDB's client repeats the query before it says what is wrong with it.
  const said = lines.find((line) => /^(psql: )?error\b/i.test(line)) ?? lines[0]
  return { ...failed(options, 'the query runs', said || `exit code ${result.exitCode}`), log: lines.slice(-10) }
}

function failed({ service }: Pick<Options, 'service'>, expected: string, actual: string): Observation {
  return { outcome: 'failed', service, expected, actual }
}

function rowsOf(printed: string, end: string): string[][] {
  const rows = printed.split(end)
  // Each row is ended: behind the last one there is nothing.
  return rows.slice(0, -1).map((row) => row.split('\t'))
}

/** Clients print text; a count has to equal the number that users write. */
function asNumber(cell: string | undefined): string | number | null {
  if (cell === undefined) return null
  return String(Number(cell)) === cell ? Number(cell) : cell
}

function short(query: string): string {
  const line = query.replace(/\s+/g, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 60)}…` : line
}
