import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { pollUntil } from '../../src/run/poll.ts'
import { tarOf } from '../fixtures/tar.ts'
import { compose, notesDump, single } from './apps.ts'
import { checksOf, docker, type Files, makeFolder, type Outcome, rehearseIn, runCli } from './harness.ts'

// The target of one rehearsal is the baseline of the next.

const there = (notes: number) => `\n  - http: { name: notes, get: /notes, json: { $.total: ${notes} } }`
const from = (version: string, to: string) => ['--from', version, '--to', to]
const inPlace = async (folder: string) =>
  (await readdir(join(folder, 'fixtures'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort()

/** From 1.0 to 1.1, captured, and from there to 2.0. */
async function twice(files: Files) {
  const folder = await makeFolder(files)
  const first = await rehearseIn(folder, { args: [...from('1.0', '1.1'), '--capture'] })
  expect(first.exitCode, first.output).toBe(0)
  expect(first.codes, first.output).toEqual([])
  const summary = await readFile(join(first.reports, 'summary.md'), 'utf8')
  const second = await rehearseIn(folder, { args: from('1.1', '2.0') })
  expect(second.exitCode, second.output).toBe(0)
  return { folder, first, second, summary }
}

/** A program inside a throwaway database that answers. */
async function inDatabase<Result>(
  image: string,
  env: readonly string[],
  probe: readonly string[],
  work: (inside: (argv: readonly string[], input?: string) => Promise<Buffer>) => Promise<Result>,
): Promise<Result> {
  const name = `rehearsal-test-capture-${randomUUID().slice(0, 8)}`
  await docker('run', '--detach', '--name', name, ...env.flatMap((one) => ['--env', one]), image)
  const inside = async (argv: readonly string[], input = '') => {
    const call = promisify(execFile)('docker', ['exec', '--interactive', name, ...argv], {
      encoding: 'buffer',
      maxBuffer: 2 ** 26,
    })
    call.child.stdin?.end(input)
    return (await call).stdout
  }
  const answers = () =>
    inside(probe).then(
      () => true,
      () => false,
    )
  try {
    await pollUntil(answers, { signal: AbortSignal.timeout(60_000) })
    return await work(inside)
  } finally {
    await docker('rm', '--force', '--volumes', name)
  }
}

describe('postgres', () => {
  const fixtures = '\n  - postgres: { service: db, dump: "fixtures/{source.version}/app.dump" }'
  const dumpOf = async (format: string) => {
    if (format === 'sql') return notesDump(7)
    if (format === 'sql.zst') return zstdCompressSync(notesDump(7))
    return await inDatabase(
      'postgres:15',
      ['POSTGRES_USER=notes', 'POSTGRES_PASSWORD=x'],
      ['pg_isready', '-h', '127.0.0.1', '-U', 'notes'],
      async (inside) => {
        await inside(['psql', '-q', '-U', 'notes'], notesDump(7))
        return await inside(['pg_dump', '--format=custom', '-U', 'notes'])
      },
    )
  }

  test.each(['sql', 'sql.zst', 'custom'])('the dump of the target has the form of the source’s, %s', async (format) => {
    const { folder, first, second, summary } = await twice({
      ...compose({ fixtures, smoke: there(7) }),
      'fixtures/1.0/app.dump': await dumpOf(format),
    })
    const file = join(folder, 'fixtures/1.1/app.dump')
    const { mode, size } = await stat(file)
    expect(mode & 0o777).toBe(0o600)
    expect(first.verdict.captured).toEqual([
      {
        fixture: 'postgres',
        path: 'fixtures/1.1/app.dump',
        bytes: size,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ])
    expect((await readFile(file)).subarray(0, 4).toString('hex')).toBe(
      { sql: '2d2d0a2d', 'sql.zst': '28b52ffd', custom: '5047444d' }[format],
    )
    expect(checksOf(second, 'target')).toEqual(['notes: passed'])
    expect(summary).toContain('Fixtures for the next rehearsal:\n\n- <code>fixtures/1.1/app.dump</code>, postgres, ')
  })

  test('ways back and a second start are rehearsed as without it, and nothing of it is left behind', async () => {
    const folder = await makeFolder({
      ...compose({
        fixtures,
        smoke: there(7),
        more: 'ready: { twice: true, steady: 0s }\nrollback: [{ image: {} }, { restore: { expect: works } }]',
      }),
      'fixtures/1.0/app.dump': notesDump(7),
    })
    const outcome = await rehearseIn(folder, { args: [...from('1.0', '1.1'), '--capture'] })
    expect(outcome.exitCode, outcome.output).toBe(0)
    expect(outcome.verdict.rollback.restore).toBe('works')
    expect(await inPlace(folder)).toEqual(['fixtures/1.0/app.dump', 'fixtures/1.1/app.dump'])
  })

  test('a red rehearsal writes nothing', async () => {
    const folder = await makeFolder({
      ...compose({ fixtures, smoke: there(7) }),
      'fixtures/1.0/app.dump': notesDump(7),
    })
    const args = [...from('1.0', '2.0'), '--to-image', 'rehearsal-test/app:2.0-loses-data', '--capture']
    const outcome = await rehearseIn(folder, { args })
    expect(outcome.verdict.verdict, outcome.output).toBe('incompatible')
    expect(outcome.verdict.captured).toBeUndefined()
    expect(outcome.codes).not.toContain('CAPTURE_FAILED')
    expect(await inPlace(folder)).toEqual(['fixtures/1.0/app.dump'])
  })

  test('one that is found out only by its data writes nothing either', async () => {
    const folder = await makeFolder({
      ...compose({ fixtures, smoke: '\n  - http: { get: /health }' }),
      'fixtures/1.0/app.dump': notesDump(7),
    })
    const args = [...from('1.0', '2.0'), '--to-image', 'rehearsal-test/app:2.0-loses-data', '--capture']
    const outcome = await rehearseIn(folder, { args })
    expect(outcome.codes, outcome.output).toContain('DATA_LOST')
    expect(outcome.entries.some(({ type }) => type === 'captured')).toBe(true)
    expect(await inPlace(folder)).toEqual(['fixtures/1.0/app.dump'])
  })

  test('one fixture is carried forward to a later source', async () => {
    const folder = await makeFolder({
      ...compose({ from: '1.1', fixtures, smoke: there(7) }),
      'fixtures/1.0/app.dump': notesDump(7),
    })
    const config = join(folder, 'upgrade-rehearsal.yml')
    await writeFile(config, (await readFile(config, 'utf8')).replace('to: "2.0"', 'to: "2.0", carry-from: "1.0"'))
    const outcome = await rehearseIn(folder)
    expect(outcome.exitCode, outcome.output).toBe(0)
    expect(outcome.verdict.path).toBe('1.0..1.1..2.0')
    expect(outcome.output).toContain('the fixtures are of 1.0 and are carried forward: 1.1 is reached from there')
  })

  test('one that is missing says for which releases there is one', async () => {
    const folder = await makeFolder({ ...compose({ fixtures }), 'fixtures/1.0/app.dump': notesDump(7) })
    const outcome = await rehearseIn(folder, { args: from('1.1', '2.0') })
    expect(outcome.codes, outcome.output).toEqual(['FIXTURE_MISSING'])
    expect(outcome.verdict.reasons[0]?.message).toBe(
      'the fixture fixtures/1.1/app.dump does not exist; there is one for 1.0',
    )
  })

  test('what would be replaced is named before anything starts', async () => {
    const folder = await makeFolder({
      ...compose({ fixtures }),
      'fixtures/1.0/app.dump': notesDump(7),
      'fixtures/1.1/app.dump': 'mine',
    })
    const { exitCode, output } = await runCli(folder, ['run', ...from('1.0', '1.1'), '--capture'])
    expect(exitCode, output).toBe(64)
    expect(output).toContain('fixtures/1.1/app.dump exists already, and a capture replaces nothing')
    expect(await readFile(join(folder, 'fixtures/1.1/app.dump'), 'utf8')).toBe('mine')
  })
})

/** A database in a volume, as a file. */
async function notesDatabase(notes: number, more = ''): Promise<Buffer> {
  const folder = await makeFolder({})
  const database = new DatabaseSync(join(folder, 'notes.db'))
  database.exec(`${more}
CREATE TABLE schema_version (version integer NOT NULL);
INSERT INTO schema_version VALUES (1);
CREATE TABLE notes (id integer PRIMARY KEY AUTOINCREMENT, title text NOT NULL);
${Array.from({ length: notes }, (_, index) => `INSERT INTO notes VALUES (${index + 1}, 'note ${index + 1}');`).join('\n')}`)
  database.close()
  return await readFile(join(folder, 'notes.db'))
}

test.each([1, undefined])('the archive of a volume keeps owners, modes and links, strip %s', async (strip) => {
  const options = strip === undefined ? '' : `, strip: ${strip}`
  const fixtures = `\n  - volume: { name: data, archive: "fixtures/data-{source.version}.tar.gz", exclude: "*.tmp"${options} }`
  const script = [
    `test "$(stat -c '%a %u:%g' /data/uploads/a.txt)" = '640 1000:1001'`,
    `test "$(stat -c '%a %u:%g' /data/uploads)" = '2750 10:20'`,
    'test "$(readlink /data/uploads/link)" = a.txt',
    '! test -e /data/cache.tmp',
  ].join(' && ')
  const smoke = `${there(5)}\n  - exec: { name: files, service: app, run: [sh, -exc, ${JSON.stringify(script)}] }`
  const top = strip === undefined ? '.' : 'data'
  const archive = await tarOf([
    { name: `${top}/`, type: 'directory', mode: 0o755 },
    { name: `${top}/notes.db`, mode: 0o644, content: await notesDatabase(5) },
    { name: `${top}/uploads/`, type: 'directory', mode: 0o2750, uid: 10, gid: 20 },
    { name: `${top}/uploads/a.txt`, mode: 0o640, uid: 1000, gid: 1001, content: 'first' },
    { name: `${top}/uploads/link`, type: 'symlink', linkname: 'a.txt' },
    { name: `${top}/cache.tmp`, mode: 0o640, content: 'left out' },
  ])
  const { folder } = await twice({
    'upgrade-rehearsal.yml': single({ fixtures, smoke }),
    'fixtures/data-1.0.tar.gz': gzipSync(archive),
  })
  expect(await inPlace(folder)).toEqual(['fixtures/data-1.0.tar.gz', 'fixtures/data-1.1.tar.gz'])
})

test('databases in files, a folder and a Redis', async () => {
  const snapshot = await inDatabase('redis:7', [], ['redis-cli', 'PING'], async (inside) => {
    await inside(['redis-cli', 'SET', 'greeting', 'hello'])
    await inside(['redis-cli', 'SAVE'])
    return await inside(['cat', '/data/dump.rdb'])
  })
  const at = (name: string) => JSON.stringify(`fixtures/{source.version}/${name}`)
  const fixtures = `
  - file: { from: ${at('prod.env')}, to: prod.env }
  - sqlite: { volume: app-data, path: notes.db, from: ${at('notes.db.zst')} }
  - sqlite: { service: tools, path: /data/copy.db, from: ${at('copy.db')} }
  - sqlite: { service: tools, path: /data/more.db, from: ${at('more.sql')} }
  - directory: { volume: app-data, from: ${at('files')}, to: uploads, exclude: "*.tmp" }
  - redis: { service: cache, dump: ${at('dump.rdb.gz')}, volume: cache-data }`
  const count = (file: string) => `[sqlite3, ${file}, "SELECT count(*) FROM notes"]`
  const smoke = `${there(5)}
  - run: { name: copy, service: tools, run: ${count('/data/copy.db')}, output: "^3$" }
  - run: { name: sql, service: tools, run: ${count('/data/more.db')}, output: "^2$" }
  - exec: { name: mode, service: web, run: [stat, -c, "%a", /data/uploads/2024/a.txt], output: "^640$" }
  - exec: { name: cache, service: cache, run: [redis-cli, GET, greeting], output: "^hello$" }
  - exec: { name: settings, service: web, run: [printenv, PLACE], output: "^there$" }`
  const folder = await makeFolder({
    'docker-compose.yml': `
services:
  web:
    image: rehearsal-test/app:\${APP_VERSION}
    ports: ["8000:8000"]
    env_file: prod.env
    volumes: ["app-data:/data"]
  cache: { image: "redis:7", volumes: ["cache-data:/data"] }
  tools: { image: "rehearsal-test/python-stack:latest", command: ["true"], volumes: ["app-data:/data"] }
volumes: { app-data: , cache-data: }
`,
    '.env': 'APP_VERSION=1.0\n',
    'upgrade-rehearsal.yml': `
stack: { compose: docker-compose.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: APP_VERSION } }
fixtures:${fixtures}
ready: { twice: false, checks: [http: { get: /health }] }
data: []
smoke:${smoke}
`,
    'prod.env': 'PLACE=nowhere\n',
    'fixtures/1.0/prod.env': 'PLACE=there\n',
    'fixtures/1.0/notes.db.zst': zstdCompressSync(await notesDatabase(5)),
    'fixtures/1.0/copy.db': await notesDatabase(3, 'PRAGMA journal_mode = WAL;'),
    'fixtures/1.0/more.sql': "CREATE TABLE notes (title);\nINSERT INTO notes VALUES ('a'), ('b');\n",
    'fixtures/1.0/files/2024/a.txt': 'photo',
    'fixtures/1.0/dump.rdb.gz': gzipSync(snapshot),
  })
  await chmod(join(folder, 'fixtures/1.0/files/2024/a.txt'), 0o640)
  const first = await rehearseIn(folder, { args: [...from('1.0', '1.1'), '--capture'] })
  expect(first.codes, first.output).toEqual([])
  const names = ['copy.db', 'dump.rdb.gz', 'files/2024/a.txt', 'more.sql', 'notes.db.zst', 'prod.env']
  expect((await inPlace(folder)).filter((name) => name.includes('1.1'))).toEqual(
    names.map((name) => `fixtures/1.1/${name}`),
  )
  expect(await readFile(join(folder, 'fixtures/1.1/files/2024/a.txt'), 'utf8')).toBe('photo')
  const second = await rehearseIn(folder, { args: from('1.1', '2.0') })
  expect(second.exitCode, second.output).toBe(0)
})

test('an SQLite database whose application was killed has what lies in its log', async () => {
  const fixtures = '\n  - sqlite: { volume: data, path: other.db, from: "fixtures/{source.version}.db" }'
  // The log stays where the last one to have the database open does not close it.
  const script = `
import os, sqlite3
c = sqlite3.connect('/data/other.db'); c.execute('PRAGMA journal_mode=WAL'); c.execute('PRAGMA wal_autocheckpoint=0')
c.execute("INSERT INTO notes (title) SELECT 'in the log' WHERE NOT EXISTS (SELECT 1 FROM notes WHERE title = 'in the log')")
c.commit(); os._exit(0)`
  const smoke = `\n  - http: { get: /health }\n  - exec: { name: write, service: app, run: [python3, -c, ${JSON.stringify(script)}] }`
  const folder = await makeFolder({
    'upgrade-rehearsal.yml': single({ fixtures, smoke, more: 'data: []' }),
    'fixtures/1.0.db': await notesDatabase(5),
  })
  const outcome = await rehearseIn(folder, { args: [...from('1.0', '1.1'), '--capture'] })
  expect(outcome.codes, outcome.output).toEqual([])
  const captured = new DatabaseSync(join(folder, 'fixtures/1.1.db'), { readOnly: true })
  expect(captured.prepare("SELECT count(*) AS found FROM notes WHERE title = 'in the log'").get()).toEqual({ found: 1 })
  captured.close()
})

test('a MariaDB', async () => {
  const sql = `CREATE TABLE items (id int PRIMARY KEY, picture blob);
INSERT INTO items VALUES (1, x'00ff0d0a1a5c27'), (2, NULL);
CREATE VIEW titles AS SELECT id FROM items;
`
  const rows =
    'SELECT GROUP_CONCAT(CONCAT(id, HEX(COALESCE(picture, 0))) ORDER BY id), (SELECT COUNT(*) FROM titles) FROM items'
  const ask = JSON.stringify(
    `mariadb --user=root --password=secret-root --batch --skip-column-names shop --execute="${rows}"`,
  )
  await twice({
    'docker-compose.yml': `
services:
  db:
    image: mariadb:10.11
    environment: { MARIADB_ROOT_PASSWORD: secret-root, MARIADB_DATABASE: shop }
    volumes: ["db-data:/var/lib/mysql"]
    healthcheck: { test: [CMD, healthcheck.sh, --connect, --innodb_initialized], interval: 500ms, retries: 60 }
  web: { image: "rehearsal-test/app:\${APP_VERSION}", ports: ["8000:8000"] }
volumes: { db-data: }
`,
    '.env': 'APP_VERSION=1.0\n',
    'upgrade-rehearsal.yml': `
stack: { compose: docker-compose.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: APP_VERSION } }
fixtures:
  - mysql: { service: db, dump: "fixtures/{source.version}.sql.gz" }
ready: { twice: false, checks: [http: { get: /health }] }
smoke:
  - exec: { name: rows, service: db, run: ${ask}, output: "^100FF0D0A1A5C27,230\\t2$" }
`,
    'fixtures/1.0.sql.gz': gzipSync(sql),
  })
})

test('buckets, as a folder and as an archive', async () => {
  const keys = { 'access-key': 'media-key', 'secret-key': 'media/secret+123==' }
  const bucket = (name: string, more: object) =>
    `\n  - s3: ${JSON.stringify({ endpoint: 'http://s3:9000', bucket: name, ...keys, ...more })}`
  const has = (object: string, content: string) => `test "$(cat "/data/${object}._S3rver_object")" = "${content}"`
  const script = [
    has('media/a.txt', 'first'),
    has('media/deep/ünï côde & more (1).txt', 'second'),
    has('avatars/old/x.txt', 'third'),
  ].join(' && ')
  const { folder } = await twice({
    'docker-compose.yml': `
services:
  s3:
    image: rehearsal-test/s3:3.7
    environment: { S3_ACCESS_KEY: media-key, S3_SECRET_KEY: "media/secret+123==", S3_BUCKETS: avatars }
    volumes: ["objects:/data"]
  web: { image: "rehearsal-test/app:\${APP_VERSION}", ports: ["8000:8000"] }
volumes: { objects: }
`,
    '.env': 'APP_VERSION=1.0\n',
    'upgrade-rehearsal.yml': `
stack: { compose: docker-compose.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: APP_VERSION } }
fixtures:${bucket('media', { from: 'fixtures/{source.version}/media/' })}${bucket('avatars', { from: 'fixtures/{source.version}/avatars.tar.zst', prefix: 'old' })}
ready: { twice: false, checks: [http: { get: /health }] }
smoke:
  - exec: { name: objects, service: s3, run: [sh, -exc, ${JSON.stringify(script)}] }
`,
    'fixtures/1.0/media/a.txt': 'first',
    'fixtures/1.0/media/deep/ünï côde & more (1).txt': 'second',
    'fixtures/1.0/avatars.tar.zst': zstdCompressSync(await tarOf({ 'x.txt': 'third' })),
  })
  expect((await inPlace(folder)).filter((name) => name.includes('1.1'))).toEqual([
    'fixtures/1.1/avatars.tar.zst',
    'fixtures/1.1/media/a.txt',
    'fixtures/1.1/media/deep/ünï côde & more (1).txt',
  ])
})

test('what can not be captured is told, and the verdict on the upgrade stands', async () => {
  const fixtures = '\n  - volume: { name: data, archive: "fixtures/data-{source.version}.tar", exclude: pipe }'
  // A pipe in the volume: it could not be restored.
  const smoke = `${there(5)}\n  - exec: { name: pipe, service: app, run: [sh, -c, "test -p /data/left || mkfifo /data/left"] }`
  const folder = await makeFolder({
    'upgrade-rehearsal.yml': single({ fixtures, smoke, more: 'data: []' }),
    'fixtures/data-1.0.tar': await tarOf({ 'notes.db': await notesDatabase(5) }),
  })
  const outcome: Outcome = await rehearseIn(folder, { args: [...from('1.0', '1.1'), '--capture'] })
  expect(outcome.codes, outcome.output).toEqual(['CAPTURE_FAILED'])
  expect(outcome.exitCode).toBe(0)
  expect(outcome.verdict.reasons[0]?.message).toMatch(/^No fixture was captured: .*"left": it is a fifo\.$/)
  expect(await inPlace(folder)).toEqual(['fixtures/data-1.0.tar'])
})
