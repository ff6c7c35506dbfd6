import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmod, readFile, symlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { pollUntil } from '../../src/run/poll.ts'
import { checksOf, docker, makeFolder, type Outcome, rehearse, rehearseIn, runCli } from './harness.ts'

/** The note keeper with its database in a volume, a Redis, and a container that has sqlite3. */
function files(fixtures: string, smoke: string, cache = 'redis-server') {
  return {
    'docker-compose.yml': `
services:
  web:
    image: rehearsal-test/app:\${APP_VERSION}
    ports: ["8000:8000"]
    volumes: ["app-data:/data"]
  cache:
    image: redis:7
    command: ${cache}
    volumes: ["cache-data:/data"]
  tools:
    image: rehearsal-test/python-stack:latest
    command: ["true"]
    volumes: ["app-data:/data"]
volumes: { app-data: , cache-data: }
`,
    '.env': 'APP_VERSION=1.0\n',
    'upgrade-rehearsal.yml': `
stack: { compose: docker-compose.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: APP_VERSION } }
path: { to: "2.0" }
fixtures:${fixtures}
ready: { checks: [http: { get: /health }] }
smoke:${smoke}
`,
  }
}

const notes = 12
const notesSql = `PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_version (version integer NOT NULL);
INSERT INTO schema_version VALUES(1);
CREATE TABLE notes (id integer PRIMARY KEY AUTOINCREMENT, title text NOT NULL);
${Array.from({ length: notes }, (_, index) => `INSERT INTO notes VALUES(${index + 1},'note ${index + 1}');`).join('\n')}
COMMIT;
`

async function notesDatabase(): Promise<Buffer> {
  const folder = await makeFolder({})
  const database = new DatabaseSync(join(folder, 'notes.db'))
  database.exec(notesSql)
  database.close()
  return await readFile(join(folder, 'notes.db'))
}

let snapshot: Buffer
let log: Buffer

beforeAll(async () => {
  const name = `rehearsal-test-redis-${randomUUID().slice(0, 8)}`
  await docker('run', '--detach', '--name', name, 'redis:7', '--appendonly', 'yes', '--aof-use-rdb-preamble', 'no')
  const inside = async (...args: string[]) =>
    (await promisify(execFile)('docker', ['exec', name, ...args], { encoding: 'buffer', maxBuffer: 2 ** 26 })).stdout
  const cli = (...args: string[]) => inside('redis-cli', ...args)
  try {
    await pollUntil(
      () =>
        cli('PING').then(
          () => true,
          () => false,
        ),
      { signal: AbortSignal.timeout(30_000) },
    )
    await cli('SET', 'greeting', 'hällo wörld')
    await cli('-n', '3', 'RPUSH', 'list', 'a', 'b', 'c')
    await cli('SAVE')
    snapshot = await inside('cat', '/data/dump.rdb')
    log = await inside('sh', '-c', 'cat /data/appendonlydir/*.incr.aof')
  } finally {
    await docker('rm', '--force', '--volumes', name)
  }
})

const cacheFilled = `\n  - exec: { name: cache, service: cache, run: "redis-cli GET greeting; redis-cli -n 3 LLEN list", output: "^hällo wörld\\n3$" }`
const notesThere = `\n  - http: { name: notes, get: /notes, json: { $.total: ${notes} } }`

test('a database file, a folder and a snapshot are there when the application starts', async () => {
  const stat = (path: string, expected: string) => `test "$(stat -c '%a %Y' '/data/${path}')" = '${expected}'`
  const script = [
    stat('uploads/2024/ünï côde.txt', '640 1612325106'),
    'test "$(cat "/data/uploads/2024/ünï côde.txt")" = photo',
    'test "$(readlink /data/uploads/link)" = "2024/ünï côde.txt"',
    '! test -e /data/uploads/cache.tmp',
    `test "$(stat -c '%u:%g' /data/notes.db)" = 0:0`,
    `test "$(stat -c '%u:%g' /data/owned/by/some.db)" = 1234:2345`,
    `test "$(stat -c '%u:%g' /data/owned/by)" = 1234:2345`,
  ].join(' && ')
  const fixtures = `
  - sqlite: { volume: app-data, path: notes.db, from: notes.db.zst }
  - sqlite: { volume: app-data, path: owned/by/some.db, from: other.db, owner: "1234:2345" }
  - directory: { volume: app-data, from: files, to: uploads, exclude: "*.tmp" }
  - redis: { service: cache, dump: dump.rdb.gz, volume: cache-data }`
  const smoke = `${notesThere}${cacheFilled}\n  - exec: { name: files, service: web, run: [sh, -exc, ${JSON.stringify(script)}] }`
  const database = await notesDatabase()
  const folder = await makeFolder({
    ...files(fixtures, smoke),
    'notes.db.zst': zstdCompressSync(database),
    'other.db': database,
    'dump.rdb.gz': gzipSync(snapshot),
    'files/2024/ünï côde.txt': 'photo',
    'files/cache.tmp': 'x',
  })
  await chmod(join(folder, 'files/2024/ünï côde.txt'), 0o640)
  await utimes(join(folder, 'files/2024/ünï côde.txt'), 1_612_325_106, 1_612_325_106)
  await symlink('2024/ünï côde.txt', join(folder, 'files/link'))
  const outcome = await rehearseIn(folder)
  expect(outcome.exitCode, outcome.output).toBe(0)
  expect(checksOf(outcome, 'target')).toEqual(['notes: passed', 'cache: passed', 'files: passed'])
})

test('the SQL of a database and the commands of a Redis are restored with the service’s own programs', async () => {
  const fixtures = `
  - sqlite: { service: tools, path: /data/notes.db, from: notes.sql.gz }
  - sqlite: { service: tools, path: /data/copies/notes.db, from: notes.db }
  - redis: { service: cache, dump: appendonly.aof }
  - redis: { service: cache, dump: more.txt }`
  const smoke = `${notesThere}${cacheFilled}
  - run: { name: copy, service: tools, run: [sqlite3, /data/copies/notes.db, "SELECT count(*) FROM notes"], output: "^${notes}$" }
  - exec: { name: more, service: cache, run: [redis-cli, GET, more], output: "^than that$" }`
  const persistent = 'redis-server --appendonly yes'
  const outcome = await rehearse({
    ...files(fixtures, smoke, persistent),
    'notes.sql.gz': gzipSync(notesSql),
    'notes.db': await notesDatabase(),
    'appendonly.aof': log,
    'more.txt': 'SET more "than that"\r\n',
  })
  expect(outcome.exitCode, outcome.output).toBe(0)
})

function expectRefused(outcome: Outcome, code: string, says: RegExp): void {
  expect(outcome.codes, outcome.output).toEqual([code])
  expect(outcome.exitCode).toBe(21)
  expect(outcome.verdict.reasons[0]?.message).toMatch(says)
}

describe('what goes wrong is no fault of the upgrade', () => {
  const smoke = '\n  - http: { get: /health }'
  test.each<[string, string, string, () => string | Buffer, string, RegExp, string?]>([
    [
      'SQL with an error in the middle',
      'sqlite: { service: tools, path: /data/notes.db, from: FILE }',
      'n.sql',
      () => notesSql.replace("VALUES(5,'note 5')", "VALUES(4,'note 5')"),
      'FIXTURE_PARTIAL',
      /n\.sql restored only in part: .*line \d+: UNIQUE constraint failed/,
    ],
    [
      'SQL for a service without sqlite3',
      'sqlite: { service: web, path: /data/notes.db, from: FILE }',
      'n.sql',
      () => notesSql,
      'FIXTURE_PARTIAL',
      /web has no sqlite3 in it/,
    ],
    [
      'SQL without a table',
      'sqlite: { service: tools, path: /data/notes.db, from: FILE }',
      'n.sql',
      () => '-- nothing\n',
      'FIXTURE_EMPTY',
      /there is no table/,
    ],
    [
      'a snapshot that Redis does not read',
      'redis: { service: cache, dump: FILE, volume: cache-data }',
      'd.rdb',
      () => snapshot,
      'FIXTURE_EMPTY',
      /cache holds no key/,
      'redis-server --appendonly yes',
    ],
    [
      'a command that Redis refuses',
      'redis: { service: cache, dump: FILE }',
      'd.txt',
      () => 'SET a b\r\nRPUSH a b\r\n',
      'FIXTURE_PARTIAL',
      /1 commands failed: .*WRONGTYPE/,
    ],
    [
      'commands that are cut',
      'redis: { service: cache, dump: FILE }',
      'd.aof',
      () => log.subarray(0, -5),
      'FIXTURE_CORRUPT',
      /its last command is not all there/,
    ],
    [
      'a password that the fixture does not give',
      'redis: { service: cache, dump: FILE }',
      'd.txt',
      () => 'SET a b\r\n',
      'FIXTURE_PARTIAL',
      /cache wants another password/,
      'redis-server --requirepass hidden',
    ],
    [
      'a database file of which half is gone',
      'sqlite: { volume: app-data, path: notes.db, from: FILE }',
      'n.db',
      async () => (await notesDatabase()).subarray(0, 5_000),
      'FIXTURE_CORRUPT',
      /n\.db is truncated/,
    ],
  ] as [string, string, string, () => string | Buffer, string, RegExp, string?][])(
    '%s',
    async (_, fixture, name, content, code, says, cache) => {
      const made = files(`\n  - ${fixture.replace('FILE', name)}`, smoke, cache)
      expectRefused(await rehearse({ ...made, [name]: await content() }), code, says)
    },
  )
})

test.each([
  [
    'directory: { volume: ap-data, from: files }',
    /:6:\d+: the stack has no volume "ap-data"; did you mean "app-data"\?/,
  ],
  ['sqlite: { volume: ap-data, path: a.db, from: files }', /the stack has no volume "ap-data"/],
])('%s names a volume that is not there', async (fixture, says) => {
  const folder = await makeFolder({ ...files(`\n  - ${fixture}`, notesThere), 'files/a': 'x' })
  const { exitCode, output } = await runCli(folder, ['run'])
  expect(exitCode, output).toBe(64)
  expect(output).toMatch(says)
})
