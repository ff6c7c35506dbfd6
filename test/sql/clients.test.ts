import { describe, expect, test } from 'vitest'
import { clientOf } from '../../src/sql/clients.ts'

const argv = (wanted: Parameters<typeof clientOf>[0], environment: Readonly<Record<string, string>> = {}) =>
  clientOf(wanted, environment)?.argv('SELECT 1').join(' ')

describe('which database it is', () => {
  test.each([
    ['by its settings', {}, { POSTGRES_PASSWORD: 'x' }, 'psql'],
    ['by its folder', {}, { PGDATA: '/data' }, 'psql'],
    ['MySQL', {}, { MYSQL_DATABASE: 'x' }, 'mysql'],
    ['MariaDB', {}, { MARIADB_DATABASE: 'x' }, 'mariadb'],
    ['by a file', { file: '/data/a.db' }, { POSTGRES_PASSWORD: 'x' }, 'sqlite3'],
    ['as it is said', { engine: 'mysql' } as const, { POSTGRES_PASSWORD: 'x' }, 'mysql'],
  ])('%s', (_, wanted, environment, program) => {
    expect(argv(wanted, environment)).toContain(program)
  })

  test('is not guessed', () => expect(clientOf({}, { PATH: '/bin', MY_POSTGRES: 'x' })).toBeUndefined())
})

describe('account and database', () => {
  test.each([
    ['of PostgreSQL by default', {}, { PGDATA: '/data' }, '-U postgres -d postgres'],
    ['of PostgreSQL by its user', {}, { POSTGRES_USER: 'app' }, '-U app -d app'],
    ['of PostgreSQL by its settings', {}, { POSTGRES_USER: 'app', POSTGRES_DB: 'shop' }, '-U app -d shop'],
    ['of PostgreSQL as given', { user: 'u', database: 'd' }, { POSTGRES_USER: 'app' }, '-U u -d d'],
    ['of MySQL by default', { engine: 'mysql' } as const, {}, '--user=root --execute=SELECT 1'],
    ['of MySQL by its settings', {}, { MYSQL_USER: 'app', MYSQL_DATABASE: 'shop' }, '--user=app --database=shop'],
    ['of MariaDB before MySQL', {}, { MARIADB_USER: 'new', MYSQL_USER: 'old' }, '--user=new'],
    ['of MySQL as given', { user: 'u', database: 'd' }, { MYSQL_USER: 'app' }, '--user=u --database=d'],
  ])('%s', (_, wanted, environment, flags) => {
    expect(argv(wanted, environment)).toContain(flags)
  })

  test.each([
    ['root', { MYSQL_ROOT_PASSWORD: 'r', MYSQL_PASSWORD: 'p' }, 'r'],
    ['the user', { MARIADB_USER: 'app', MARIADB_PASSWORD: 'p', MARIADB_ROOT_PASSWORD: 'r' }, 'p'],
  ])('the password of %s goes by the environment, never by the arguments', (_, environment, password) => {
    const client = clientOf({}, environment)
    expect(client?.env).toEqual({ MYSQL_PWD: password })
    expect(client?.argv('q').join(' ')).not.toMatch(new RegExp(`(^|[ =])${password}( |$)`))
  })

  test('without a password there is none', () => expect(clientOf({ engine: 'mysql' }, {})?.env).toEqual({}))
})

test('a query is one argument, whatever is in it', () => {
  const query = `SELECT '$(id)' "x"; -- y`
  for (const engine of ['postgres', 'mysql', 'sqlite'] as const) {
    const last = clientOf({ engine, file: '/a.db' }, {})?.argv(query).at(-1)
    expect(last?.replace('--execute=', '')).toBe(query)
  }
})

test('SQLite is only read', () => expect(argv({ file: '/data/a.db' })).toContain('-readonly'))
