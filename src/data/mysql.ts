import type { z } from 'zod'
import { object, service, text } from '../fields/index.ts'
import { ask, unread } from './ask.ts'
import { countsOf, joinedName } from './counts.ts'
import { type Counts, type DataContext, defineData } from './data.ts'
import { clientFor, quoted } from './mysql-client.ts'
import { drillMysql, printMysql } from './mysql-print.ts'

const schema = object({ service, user: text.optional(), password: text.optional(), database: text.optional() })
type Options = z.output<typeof schema>

/** The tables of a MySQL or MariaDB. */
export const mysql = defineData<Options>({
  name: 'mysql',
  summary:
    'Schema and rows of every table of a MySQL or MariaDB, read with the client in its own container: of one `database`, or of all that are not its own. Views and tables of another server are left out. User and password are by default those in the environment of the service, root first.',
  example: 'mysql: { service: db, database: app }',
  schema,
  title: ({ service, database }) => (database === undefined ? service : `${service}/${database}`),
  services: (options) => [options.service],
  unit: 'rows',
  hasSchema: true,
  count,
  print: printMysql,
  drill: drillMysql,
  recognised: ({ service, image }) => (/^(mysql|mariadb|percona)$/.test(image) ? { service } : undefined),
  inferred(fixture) {
    if (fixture.kind !== 'mysql') return undefined
    const { service, user, password, database } = fixture.options as Options
    return { service, user, password, database }
  },
})

const tablesSql = `SELECT HEX(table_schema), HEX(table_name) FROM information_schema.tables
WHERE table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') AND COALESCE(engine, '') NOT IN ('FEDERATED', 'MRG_MyISAM')
AND table_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')
AND table_schema = COALESCE(DATABASE(), table_schema);
`

const oneMomentSql = `SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ;
START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY;
`

async function count(options: Options, context: DataContext): Promise<Counts> {
  const { service } = options
  const { client, database: home } = await clientFor(options, context)
  const query = async (statements: string) => {
    const output = await ask(client, context, statements)
    return output
      .split('\n')
      .slice(0, -1)
      .map((row) => row.split('\t'))
  }
  const tables = (await query(tablesSql)).map((row) => row.map((hex) => Buffer.from(hex, 'hex').toString('utf8')))
  const each = tables.map((names, index) => `SELECT ${index}, COUNT(*) FROM ${names.map(quoted).join('.')};\n`)
  const rows = await query(oneMomentSql + each.join(''))
  if (rows.length !== tables.length) {
    throw unread(service, `${rows.length} of ${tables.length} tables were counted`, 'does anything else change it?')
  }
  return countsOf(
    rows.map(([index, rowCount]) => {
      const [database = '', table = ''] = tables[Number(index)] ?? []
      return [database === home ? joinedName(table) : joinedName(database, table), Number(rowCount)]
    }),
  )
}
