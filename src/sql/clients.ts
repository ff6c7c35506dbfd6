/** Databases whose own client is used. */
export const engines = ['postgres', 'mysql', 'sqlite'] as const
type Engine = (typeof engines)[number]

/** How one query is put to one database. Values of a row come out with tabs between them. */
export interface SqlClient {
  readonly argv: (query: string) => string[]
  /** What ends each row. */
  readonly rowEnd: string
  readonly env: Readonly<Record<string, string>>
}

interface Wanted {
  readonly engine?: Engine | undefined
  readonly user?: string | undefined
  readonly database?: string | undefined
  readonly file?: string | undefined
}

type Environment = Readonly<Record<string, string>>

/** The client for a service by its environment, as the official images have it; undefined where that tells nothing. */
export function clientOf(wanted: Wanted, environment: Environment): SqlClient | undefined {
  const engine = wanted.engine ?? (wanted.file === undefined ? guess(environment) : 'sqlite')
  return engine && clients[engine](wanted, environment)
}

function guess(environment: Environment): Engine | undefined {
  const names = Object.keys(environment)
  if (names.some((name) => name.startsWith('POSTGRES_') || name === 'PGDATA')) return 'postgres'
  return names.some((name) => /^(MYSQL|MARIADB)_/.test(name)) ? 'mysql' : undefined
}

const clients: Readonly<Record<Engine, (wanted: Wanted, environment: Environment) => SqlClient>> = {
  postgres(wanted, environment) {
    const user = wanted.user ?? environment.POSTGRES_USER ?? 'postgres'
    const database = wanted.database ?? environment.POSTGRES_DB ?? user
    // Quiet: what a SET before the query prints is no row. Rows end with a zero byte, for texts have lines of their own.
    const flags = ['-X', '-q', '-A', '-t', '-F', '\t', '-0', '-v', 'ON_ERROR_STOP=1', '-U', user, '-d', database]
    return { argv: (query) => ['psql', ...flags, '-c', query], rowEnd: '\0', env: {} }
  },
  mysql(wanted, environment) {
    const own = (name: string) => environment[`MARIADB_${name}`] ?? environment[`MYSQL_${name}`]
    const user = wanted.user ?? own('USER') ?? 'root'
    const database = wanted.database ?? own('DATABASE')
    const password = own(user === 'root' ? 'ROOT_PASSWORD' : 'PASSWORD')
    const flags = ['--batch', '--skip-column-names', `--user=${user}`, ...(database ? [`--database=${database}`] : [])]
    return {
      argv: (query) => mysqlCommand([...flags, `--execute=${query}`]),
      rowEnd: '\n',
      env: password === undefined ? {} : { MYSQL_PWD: password },
    }
  },
  sqlite(wanted) {
    return {
      argv: (query) => ['sqlite3', '-batch', '-readonly', '-separator', '\t', wanted.file ?? '', query],
      rowEnd: '\n',
      env: {},
    }
  },
}

/** The client of MySQL or MariaDB; ends with 127 where there is neither. */
export function mysqlCommand(args: readonly string[]): string[] {
  // The newer images have only the one name, the older ones only the other.
  const program = 'client=$(command -v mariadb || command -v mysql) || exit 127; exec "$client" "$@"'
  return ['sh', '-c', program, 'sh', ...args]
}
