import type { z } from 'zod'
import { object, service, text } from '../fields/index.ts'
import { clientOf, type SqlClient } from '../sql/clients.ts'
import { ask, environmentOf } from './ask.ts'
import { countsOf, joinedName } from './counts.ts'
import { type Counts, type DataContext, defineData } from './data.ts'
import { drillPostgres, postgresEnv, printPostgres } from './postgres-print.ts'

const schema = object({ service, user: text.optional(), database: text.optional() })
type Options = z.output<typeof schema>

/** The tables of one PostgreSQL database. */
export const postgres = defineData<Options>({
  name: 'postgres',
  summary:
    "Schema, rows and counters of every table of a PostgreSQL database, read with the client in its own container. Partitions, and tables that inherit from another, belong to their parent; views and foreign tables are left out. User and database come from the container's environment unless they are given.",
  example: 'postgres: { service: db, user: app, database: app }',
  schema,
  title: ({ service, database }) => (database === undefined ? service : `${service}/${database}`),
  services: (options) => [options.service],
  unit: 'rows',
  hasSchema: true,
  count,
  print: printPostgres,
  drill: drillPostgres,
  recognised: ({ service, image }) =>
    /^(postgres|postgis|pgvector|timescaledb(-ha)?|pgautoupgrade)$/.test(image) ? { service } : undefined,
  inferred(fixture) {
    if (fixture.kind !== 'postgres') return undefined
    const { service, user, database } = fixture.options as Options
    return { service, user, database }
  },
})

const countSql = `WITH RECURSIVE family(member, root) AS (
  SELECT oid, oid FROM pg_class WHERE relkind IN ('r', 'p') AND NOT EXISTS (
    SELECT 1 FROM pg_inherits JOIN pg_class AS parent ON parent.oid = inhparent
    WHERE inhrelid = pg_class.oid AND parent.relkind IN ('r', 'p'))
  UNION SELECT inhrelid, root FROM family JOIN pg_inherits ON inhparent = member
), belongs AS (SELECT member, min(root) AS root FROM family GROUP BY member)
SELECT json_build_array(root_space.nspname, top.relname, sum(CASE WHEN own.relkind = 'r' THEN
  substring(query_to_xml(format('SELECT count(*) AS n FROM ONLY %I.%I', own_space.nspname, own.relname),
    false, true, '')::text FROM '<n>([0-9]+)</n>')::bigint ELSE 0 END))
FROM belongs
JOIN pg_class AS own ON own.oid = member JOIN pg_namespace AS own_space ON own_space.oid = own.relnamespace
JOIN pg_class AS top ON top.oid = root JOIN pg_namespace AS root_space ON root_space.oid = top.relnamespace
WHERE own.relpersistence <> 't' AND root_space.nspname !~ '^pg_' AND root_space.nspname <> 'information_schema'
GROUP BY root_space.nspname, top.relname`

async function count({ service, user, database }: Options, context: DataContext): Promise<Counts> {
  const environment = await environmentOf(service, context)
  const client = clientOf({ engine: 'postgres', user, database }, environment) as SqlClient
  const output = await ask({ service, program: 'psql', argv: client.argv(countSql), env: postgresEnv }, context)
  const rows = output.split(client.rowEnd).slice(0, -1)
  return countsOf(
    rows.map((row) => {
      const [space, table, count] = JSON.parse(row) as [string, string, number]
      return [space === 'public' ? joinedName(table) : joinedName(space, table), count]
    }),
  )
}
