import { mysqlCommand } from '../sql/clients.ts'
import { mysqlAccount } from '../sql/mysql-account.ts'
import { type Client, environmentOf } from './ask.ts'
import type { DataContext } from './data.ts'

export interface MysqlOptions {
  readonly service: string
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly database?: string | undefined
}

/** The client in the database's own container, and the database that its tables are named without. */
export async function clientFor(
  options: MysqlOptions,
  context: DataContext,
  flags: readonly string[] = [],
): Promise<{ readonly client: Client; readonly database: string | undefined }> {
  const { service, database } = options
  const { stack, signal } = context
  const account = await mysqlAccount(options, await environmentOf(service, context), async (file) => {
    const read = await stack.exec(service, ['cat', file], { signal })
    return read.exitCode === 0 ? read.stdout.replace(/\r?\n$/, '') : undefined
  })
  const argv = mysqlCommand([
    ...['--batch', '--skip-column-names', '--binary-mode', '--default-character-set=utf8mb4', ...flags],
    `--user=${account.user}`,
    ...(database === undefined ? [] : [`--database=${database}`]),
  ])
  const client = { service, program: 'mariadb or mysql', argv, env: { MYSQL_PWD: account.password } }
  return { client, database: account.database }
}

export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}
