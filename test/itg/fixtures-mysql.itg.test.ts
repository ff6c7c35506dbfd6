import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { pollUntil } from '../../src/run/poll.ts'
import { docker, type Outcome, rehearse } from './harness.ts'

const password = 'pass word$1'
let dump: string
let allDatabases: string

beforeAll(async () => {
  const name = `rehearsal-test-mariadb-${randomUUID().slice(0, 8)}`
  await docker(
    'run',
    '--detach',
    '--name',
    name,
    '--env',
    'MARIADB_ROOT_PASSWORD=x',
    '--env',
    'MARIADB_DATABASE=shop',
    'mariadb:10.11',
  )
  const inside = async (program: string, ...args: string[]) => {
    const call = ['exec', '--env', 'MYSQL_PWD=x', name, program, '--host=127.0.0.1', '--user=root', ...args]
    return (await promisify(execFile)('docker', call, { maxBuffer: 2 ** 26, encoding: 'latin1' })).stdout
  }
  try {
    const answers = () =>
      inside('mariadb', '--execute=SELECT 1').then(
        () => true,
        () => false,
      )
    await pollUntil(answers, { signal: AbortSignal.timeout(60_000) })
    const sql = `CREATE TABLE items (id int PRIMARY KEY, title varchar(50), picture blob);
INSERT INTO items VALUES (1, 'ünï ''quoted''', x'00ff0d0a1a5c27'), (2, 'delimiter ; \\\\! touch /tmp/evil', NULL), (3, 'c', '');
CREATE TRIGGER mark BEFORE INSERT ON items FOR EACH ROW SET NEW.title = UPPER(NEW.title);
CREATE VIEW titles AS SELECT title FROM items;`
    await inside('mariadb', '--default-character-set=utf8mb4', 'shop', `--execute=${sql}`)
    dump = await inside('mariadb-dump', 'shop')
    allDatabases = await inside('mariadb-dump', '--databases', 'shop')
  } finally {
    await docker('rm', '--force', '--volumes', name)
  }
})

/** A dump holds binary data: it is kept with a character for each byte. */
const bytesOf = (content: string | Buffer) => (typeof content === 'string' ? Buffer.from(content, 'latin1') : content)
const rows =
  "SELECT GROUP_CONCAT(CONCAT(id, HEX(COALESCE(picture, 'NULL'))) ORDER BY id), (SELECT COUNT(*) FROM titles) FROM items"

function files(fixture: string, smoke?: string) {
  const sql = JSON.stringify(
    `mariadb --user=root --password='${password}' --batch --skip-column-names shop --execute="${rows}"`,
  )
  return {
    'docker-compose.yml': `
services:
  db:
    image: mariadb:10.11
    environment: { MARIADB_ROOT_PASSWORD: "${password.replace('$', '$$$$')}", MARIADB_DATABASE: shop, MARIADB_USER: shop, MARIADB_PASSWORD: shop-password }
    volumes: ["db-data:/var/lib/mysql"]
    healthcheck: { test: [CMD, healthcheck.sh, --connect, --innodb_initialized], interval: 500ms, retries: 60 }
  web:
    image: rehearsal-test/app:\${APP_VERSION}
    ports: ["8000:8000"]
volumes: { db-data: }
`,
    '.env': 'APP_VERSION=1.0\n',
    'upgrade-rehearsal.yml': `
stack: { compose: docker-compose.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: APP_VERSION } }
path: { to: "2.0" }
fixtures:
  - mysql: ${fixture}
ready: { checks: [http: { get: /health }] }
smoke:${smoke ?? `\n  - exec: { name: rows, service: db, run: ${sql}, output: "^100FF0D0A1A5C27,24E554C4C,3\\t3$" }\n  - exec: { name: no shell, service: db, run: [test, "!", -e, /tmp/evil] }`}
`,
  }
}

test.each<[string, string, () => string | Buffer]>([
  ['as root, with what the service knows', '{ service: db, dump: shop.sql }', () => dump],
  [
    'by another user, packed',
    '{ service: db, dump: shop.sql.gz, user: root, password: "PASSWORD", database: shop }',
    () => gzipSync(bytesOf(dump)),
  ],
  [
    'of a whole database, packed',
    '{ service: db, dump: all.sql.zst, database: mysql }',
    () => zstdCompressSync(bytesOf(allDatabases)),
  ],
])('a dump is restored %s', async (_, fixture, content) => {
  const name = /dump: ([\w.]+)/.exec(fixture)?.[1] as string
  const outcome = await rehearse({ ...files(fixture.replace('PASSWORD', password)), [name]: bytesOf(content()) })
  expect(outcome.exitCode, outcome.output).toBe(0)
})

function expectRefused(outcome: Outcome, code: string, says: RegExp): void {
  expect(outcome.codes, outcome.output).toEqual([code])
  expect(outcome.exitCode).toBe(21)
  expect(outcome.verdict.reasons[0]?.message).toMatch(says)
  expect(outcome.output).not.toContain(password)
}

describe('what goes wrong is no fault of the upgrade', () => {
  const smoke = '\n  - http: { get: /health }'
  test.each<[string, string, () => string | Buffer, string, RegExp]>([
    [
      'an error in the middle',
      '',
      () => dump.replace('UNLOCK TABLES;', 'INSERT INTO nowhere VALUES (1);\nUNLOCK TABLES;'),
      'FIXTURE_PARTIAL',
      /shop\.sql restored only in part: ERROR 1100 .* at line \d+: Table 'nowhere' was not locked/,
    ],
    [
      'a command of the client’s own',
      '',
      () => dump.replace('UNLOCK TABLES;', '\\! touch /tmp/evil\nUNLOCK TABLES;'),
      'FIXTURE_PARTIAL',
      /ERROR at line \d+: Unknown command/,
    ],
    ['a dump that is cut', '', () => dump.slice(0, -200), 'FIXTURE_CORRUPT', /shop\.sql is truncated/],
    ['no data', '', () => dump.replace(/INSERT INTO[\s\S]*?;\n/, ''), 'FIXTURE_EMPTY', /no table has a row/],
    ['another password', ', user: shop, password: wrong', () => dump, 'FIXTURE_PARTIAL', /db refuses the user shop/],
    [
      'a database that is not there',
      ', database: nowhere',
      () => dump,
      'FIXTURE_PARTIAL',
      /ERROR 1049 .*Unknown database 'nowhere'/,
    ],
    [
      'a service that is no database',
      ', service: web',
      () => dump,
      'FIXTURE_PARTIAL',
      /web has neither mariadb nor mysql in it/,
    ],
  ])('%s', async (_, more, content, code, says) => {
    const service = more.includes('service:') ? '' : 'service: db, '
    const fixture = `{ ${service}dump: shop.sql${more} }`
    expectRefused(await rehearse({ ...files(fixture, smoke), 'shop.sql': bytesOf(content()) }), code, says)
  })
})
