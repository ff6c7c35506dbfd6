import { expect, test } from 'vitest'
import { mysqlAccount } from '../../src/sql/mysql-account.ts'

type Given = Parameters<typeof mysqlAccount>[0]
const files: Readonly<Record<string, string>> = { '/run/secrets/root': 'from-file' }

test.each<[string, Given, Record<string, string>, (string | undefined)[]]>([
  ['root first', {}, { MYSQL_ROOT_PASSWORD: 'r', MYSQL_USER: 'app', MYSQL_PASSWORD: 'p' }, ['root', 'r', undefined]],
  ['the user without root', {}, { MARIADB_USER: 'app', MARIADB_PASSWORD: 'p' }, ['app', 'p', undefined]],
  ['root without anything', {}, {}, ['root', '', undefined]],
  ['a password in a file', {}, { MYSQL_ROOT_PASSWORD_FILE: '/run/secrets/root' }, ['root', 'from-file', undefined]],
  ['a file that is not there', {}, { MYSQL_ROOT_PASSWORD_FILE: '/none', MYSQL_USER: 'app' }, ['app', '', undefined]],
  ['the database', {}, { MARIADB_DATABASE: 'shop', MYSQL_DATABASE: 'old' }, ['root', '', 'shop']],
  [
    'what is given',
    { user: 'u', password: 'x', database: 'd' },
    { MYSQL_ROOT_PASSWORD: 'r', MYSQL_DATABASE: 'shop' },
    ['u', 'x', 'd'],
  ],
  [
    'another user with its own password',
    { user: 'app' },
    { MYSQL_ROOT_PASSWORD: 'r', MYSQL_PASSWORD: 'p' },
    ['app', 'p', undefined],
  ],
])('%s', async (_, given, environment, [user, password, database]) => {
  const read = async (file: string) => files[file]
  expect(await mysqlAccount(given, environment, read)).toEqual({ user, password, database })
})
