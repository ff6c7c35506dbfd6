import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { comparePrints } from '../../src/data/compare-prints.ts'
import type { Counts, DataContext, DataKind } from '../../src/data/data.ts'
import { dataKinds } from '../../src/data/index.ts'
import { pairUp, wantOf } from '../../src/data/pairs.ts'
import type { Fingerprint } from '../../src/data/print.ts'
import type { RehearsalError } from '../../src/errors.ts'
import { contentOf } from '../../src/http/request.ts'
import { S3 } from '../../src/http/s3.ts'
import { Sink } from '../../src/redact/index.ts'
import { planRehearsal } from '../../src/rehearse.ts'
import { pollUntil } from '../../src/run/poll.ts'
import { execaCommand } from '../../src/shell/execa-command.ts'
import { doorImage } from '../../src/stack/door-image.ts'
import { connectEngine, type Engine } from '../../src/stack/engine.ts'
import { doorTargets, makeStack } from '../../src/stack/make-stack.ts'
import { pullImages } from '../../src/stack/pull.ts'
import { makeScratch, newRunId } from '../../src/stack/scratch.ts'
import type { CommandResult, Stack } from '../../src/stack/stack.ts'
import { sweepRun } from '../../src/stack/sweep.ts'

/** An application that holds its database open, the last of what it wrote still in the log beside it. */
const holdsOpen = `
import sqlite3, time
database = sqlite3.connect('/files/app.db', isolation_level=None)
database.execute('PRAGMA journal_mode=WAL')
database.execute('PRAGMA wal_autocheckpoint=0')
database.executescript('''
  CREATE TABLE notes (id integer PRIMARY KEY AUTOINCREMENT, title text);
  CREATE TABLE "odd | ""name"" ü
second line" (x);
  CREATE TABLE empty (x);
  CREATE VIEW seen AS SELECT * FROM notes;
  CREATE VIRTUAL TABLE search USING fts5(title);
''')
database.executemany('INSERT INTO notes (title) VALUES (?)', [(str(n),) for n in range(7)])
database.execute('INSERT INTO "odd | ""name"" ü\\nsecond line" VALUES (1)')
database.executemany('INSERT INTO search VALUES (?)', [('a',), ('b',)])
empty = sqlite3.connect('/files/empty.db')
empty.execute('PRAGMA user_version=1')
wide = sqlite3.connect('/files/wide.db')
for n in range(100):
  wide.execute('CREATE TABLE "' + 'x' * 10000 + str(n) + '" (x)')
open('/files/broken.db', 'w').write('no database at all, but long enough to be looked at' * 40)
open('/files/ready', 'w').close()
time.sleep(3600)
`
const inFile: Counts = { empty: 0, notes: 7, 'odd | "name" ü\nsecond line': 1, search_content: 2 }

const compose = {
  services: {
    db: { image: 'postgres:15', environment: { POSTGRES_USER: 'app', POSTGRES_PASSWORD: 'app', POSTGRES_DB: 'shop' } },
    maria: { image: 'mariadb:10.11', environment: { MARIADB_ROOT_PASSWORD: 'r00t', MARIADB_DATABASE: 'shop' } },
    cache: { image: 'redis:7', command: ['redis-server', '--requirepass', 'hidden'] },
    s3: { image: 'rehearsal-test/s3:3.7', environment: { S3_ACCESS_KEY: 'media-key', S3_SECRET_KEY: 'media-secret' } },
    web: { image: 'rehearsal-test/app:${TAG}', command: ['python3', '-c', holdsOpen], volumes: ['files:/files'] },
    client: {
      image: 'rehearsal-test/python-stack:latest',
      command: ['sleep', 'infinity'],
      volumes: ['files:/files:ro'],
    },
    tools: { image: 'rehearsal-test/python-stack:latest', command: ['true'], volumes: ['files:/files'] },
    node: { image: 'rehearsal-test/node:22', command: ['sleep', 'infinity'], volumes: ['files:/files'] },
    bare: { image: 'debian:bookworm-slim', command: ['sleep', 'infinity'], volumes: ['files:/files'] },
  },
  volumes: { files: {} },
}

const keys = { endpoint: 'http://s3:9000', 'access-key': 'media-key', 'secret-key': 'media-secret' }
const signal = new AbortController().signal
const runId = newRunId()
let folder: string
let engine: Engine
let stack: Stack
let context: DataContext

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rehearsal-data-'))
  await writeFile(join(folder, '.env'), 'TAG=1.0\n')
  await writeFile(join(folder, 'docker-compose.yml'), JSON.stringify(compose))
  const config = `
stack: docker-compose.yml
pin: { env: { file: .env, key: TAG } }
path: { to: "2.0" }
smoke: [ { s3: ${JSON.stringify({ ...keys, bucket: 'media' })} } ]`
  await writeFile(join(folder, 'upgrade-rehearsal.yml'), config)
  engine = await connectEngine(execaCommand, process.env, signal)
  const scratch = await makeScratch(runId)
  const request = { reportDir: 'report', strict: false, keep: false }
  const planned = await planRehearsal(request, { cwd: folder, env: process.env, signal, sink: new Sink() }, scratch)
  const { plan, reader } = planned
  const references = [...new Set([doorImage, ...(plan.releases[0]?.images ?? []).map((use) => use.reference)])]
  stack = await makeStack(planned.config, plan.releases, reader, {
    engine,
    runId,
    network: 'sealed',
    forks: 'auto',
    targets: doorTargets(planned.config, reader, [keys.endpoint]),
    filled: new Set(),
    rolled: new Set(),
    graceMs: 1_000,
    scratch,
    images: pullImages(engine, references, signal, () => {}),
  })
  context = { stack, signal, volumeOf: (volume) => volume }
  await stack.open(signal)
  await stack.create(0, signal)
  await stack.start(signal)
  await Promise.all([
    answers('db', 'psql', '-h', '127.0.0.1', 'postgresql://app:app@127.0.0.1/shop', '-c', 'SELECT 1'),
    answers('maria', 'mariadb', '-h127.0.0.1', '-uroot', '-pr00t', '-e', 'SELECT 1'),
    answers('cache', 'redis-cli', 'PING'),
    answers('web', 'test', '-e', '/files/ready'),
    pollUntil(
      () =>
        bucketsOf().then(
          () => true,
          () => false,
        ),
      { signal: AbortSignal.timeout(60_000) },
    ),
  ])
})
afterAll(async () => {
  await stack?.settled()
  if (engine) await sweepRun(engine.api, runId)
  await rm(folder, { recursive: true, force: true })
})

async function inside(service: string, ...argv: string[]): Promise<CommandResult> {
  return await stack.exec(service, argv, { signal })
}

async function answers(service: string, ...argv: string[]): Promise<void> {
  const asked = async () => (await inside(service, ...argv)).exitCode === 0
  await pollUntil(asked, { signal: AbortSignal.timeout(60_000) })
}

async function mustRun(service: string, ...argv: string[]): Promise<void> {
  const { exitCode, stdout, stderr } = await inside(service, ...argv)
  expect(exitCode, stdout + stderr).toBe(0)
}

const client = () =>
  new S3(
    { endpoint: keys.endpoint, accessKey: keys['access-key'], secretKey: keys['secret-key'], region: 'us-east-1' },
    { stack, signal, fill: (text) => text, home: undefined },
  )
const bucketsOf = () => client().buckets()

async function count(kind: string, options: object): Promise<Counts> {
  const found = dataKinds.find(({ name }) => name === kind) as DataKind<unknown>
  return await found.count(found.schema.parse(options), context)
}

async function unread(kind: string, options: object): Promise<{ where: string | undefined; message: string }> {
  const { code, message, details } = await count(kind, options).then(
    (counted) => expect.unreachable(JSON.stringify(counted)),
    (cause) => cause as RehearsalError,
  )
  expect(code, message).toBe('DATA_UNREAD')
  expect(details.hint).toBeTruthy()
  return { where: details.where, message }
}

describe('PostgreSQL', () => {
  const psql = (sql: string, database = 'shop') =>
    mustRun('db', 'psql', '-v', 'ON_ERROR_STOP=1', '-U', 'app', '-d', database, '-c', sql)

  test('a database without a table holds nothing', async () => {
    await psql('CREATE DATABASE none', 'postgres')
    expect(await count('postgres', { service: 'db', database: 'none' })).toEqual({})
  })

  test('every table counts once, under the name that people know', async () => {
    await psql(`
      CREATE TABLE orders (id int); INSERT INTO orders SELECT generate_series(1, 1234);
      CREATE TABLE "Odd.name
      with	""quotes""" (x int); INSERT INTO "Odd.name
      with	""quotes""" VALUES (1);
      CREATE TABLE "__proto__" (x int); INSERT INTO "__proto__" VALUES (1), (2);
      CREATE TABLE empty (x int);
      CREATE TABLE parts (x int) PARTITION BY RANGE (x);
      CREATE SCHEMA archive;
      CREATE TABLE archive.parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10) PARTITION BY LIST (x);
      CREATE TABLE archive.parts_1a PARTITION OF archive.parts_1 DEFAULT;
      CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20);
      INSERT INTO parts SELECT generate_series(0, 14);
      CREATE TABLE archive.unused (x int) PARTITION BY RANGE (x);
      CREATE TABLE cities (x int); CREATE TABLE capitals () INHERITS (cities);
      INSERT INTO cities VALUES (1), (2); INSERT INTO capitals VALUES (3);
      CREATE VIEW seen AS SELECT * FROM orders; CREATE MATERIALIZED VIEW kept AS SELECT * FROM orders;
      ALTER DATABASE shop SET search_path = archive; ALTER ROLE app IN DATABASE shop SET statement_timeout = 1;
    `)
    const expected = Object.entries({
      '"Odd.name\n      with	""quotes"""': 1,
      orders: 1234,
      empty: 0,
      parts: 15,
      'archive.unused': 0,
      cities: 3,
    })
    expected.push(['__proto__', 2])
    const counted = await count('postgres', { service: 'db' })
    expect(Object.entries(counted).sort()).toEqual(expected.sort())
  })

  test('rows that the user may not see are no rows that are not there', async () => {
    await psql('CREATE DATABASE secret', 'postgres')
    await psql(
      `CREATE ROLE half LOGIN; CREATE TABLE mine (x int); INSERT INTO mine VALUES (1), (2);
       ALTER TABLE mine ENABLE ROW LEVEL SECURITY; CREATE POLICY one ON mine USING (x = 1); GRANT SELECT ON mine TO half`,
      'secret',
    )
    expect(await count('postgres', { service: 'db', database: 'secret' })).toEqual({ mine: 2 })
    const { message } = await unread('postgres', { service: 'db', user: 'half', database: 'secret' })
    expect(message).toContain('row-level security policy for table "mine"')
  })

  test('a database that is not there is said to be unread', async () => {
    const { where, message } = await unread('postgres', { service: 'db', database: 'shp' })
    expect([where, message]).toEqual(['db', expect.stringContaining('database "shp" does not exist')])
  })
})

describe('MariaDB', () => {
  const sql = (text: string) => mustRun('maria', 'mariadb', '-uroot', '-pr00t', `--execute=${text}`)

  test('a server without a table holds nothing', async () => {
    expect(await count('mysql', { service: 'maria' })).toEqual({})
  })

  test('every table counts, those of the main database by their plain names', async () => {
    await sql(`
      USE shop;
      CREATE TABLE orders (x int); INSERT INTO orders SELECT seq FROM seq_1_to_321;
      CREATE TABLE \`odd.name with \`\`ticks\`\` ü
and a line\` (x int); CREATE TABLE empty (x int);
      CREATE TABLE kept (x int) WITH SYSTEM VERSIONING; INSERT INTO kept VALUES (1), (2); DELETE FROM kept WHERE x = 1;
      CREATE VIEW seen AS SELECT * FROM orders; CREATE SEQUENCE numbers;
      CREATE TABLE parts (x int) PARTITION BY HASH (x) PARTITIONS 3; INSERT INTO parts VALUES (1), (2), (3), (4);
      CREATE DATABASE \`other db\`; CREATE TABLE \`other db\`.things (x int); INSERT INTO \`other db\`.things VALUES (1)`)
    const shop = { '"odd.name with `ticks` ü\nand a line"': 0, empty: 0, kept: 1, orders: 321, parts: 4 }
    expect(await count('mysql', { service: 'maria' })).toEqual({ ...shop, 'other db.things': 1 })
    expect(await count('mysql', { service: 'maria', database: 'shop' })).toEqual(shop)
    expect(await count('mysql', { service: 'maria', database: 'other db' })).toEqual({ things: 1 })
  })

  test.each([
    [{ database: 'shp' }, /Unknown database 'shp'/],
    [{ user: 'root', password: 'wrong' }, /Access denied/],
  ])('%j is said to be unread', async (more, says) => {
    const { where, message } = await unread('mysql', { service: 'maria', ...more })
    expect([where, message]).toEqual(['maria', expect.stringMatching(says)])
  })
})

describe('SQLite', () => {
  test.each(['client', 'tools', 'web', 'node'])('what the application holds open is counted in %s', async (service) => {
    expect(await count('sqlite', { service, file: '/files/app.db' })).toEqual(inFile)
    expect(await count('sqlite', { service, file: '/files/empty.db' })).toEqual({})
  })

  test.each(['client', 'web', 'node'])(
    'what is no database or not there is said to be unread in %s',
    async (service) => {
      expect((await unread('sqlite', { service, file: '/files/broken.db' })).message).toContain('not a database')
      expect((await unread('sqlite', { service, file: '/files/none.db' })).message).toContain('unable to open database')
    },
  )

  test('a service without any program for it says so', async () => {
    const { where, message } = await unread('sqlite', { service: 'bare', file: '/files/app.db' })
    expect([where, message]).toEqual(['bare', expect.stringContaining('it has no sqlite3 in it')])
  })

  test.each(['client', 'web', 'node'])('what is more than a result keeps is counted in %s', async (service) => {
    const names = Object.keys(await count('sqlite', { service, file: '/files/wide.db' }))
    expect(names).toHaveLength(100)
    expect(names.every((name) => /^x{10000}\d+$/.test(name))).toBe(true)
  })

  test('the database is as it was', async () => {
    const { stdout } = await inside('web', 'stat', '-c', '%s', '/files/app.db-wal')
    expect(Number(stdout)).toBeGreaterThan(0)
  })
})

describe('Redis', () => {
  const redis = (...argv: string[]) =>
    stack.exec('cache', ['redis-cli', ...argv], { signal, env: { REDISCLI_AUTH: 'hidden' } })

  test('keys of each database', async () => {
    expect(await count('redis', { service: 'cache', password: 'hidden' })).toEqual({})
    await redis('MSET', 'a', '1', 'b', '2')
    await redis('-n', '3', 'RPUSH', 'list', 'x', 'y')
    expect(await count('redis', { service: 'cache', password: 'hidden' })).toEqual({ db0: 2, db3: 1 })
  })

  test.each([[{}], [{ password: 'other' }], [{ password: 'hidden', port: 6380 }]])(
    'with %j it is said to be unread',
    async (more) => expect((await unread('redis', { service: 'cache', ...more })).where).toBe('cache'),
  )
})

describe('S3', () => {
  test('objects of each bucket', async () => {
    expect(await count('s3', keys)).toEqual({})
    for (const bucket of ['media', 'bare']) await client().createBucket(bucket)
    for (const key of ['a', 'b/c', 'b/d']) await client().put('media', key, contentOf('x'))
    expect(await count('s3', keys)).toEqual({ bare: 0, media: 3 })
    expect(await count('s3', { ...keys, bucket: 'media' })).toEqual({ media: 3 })
  })

  test.each([
    [{ bucket: 'none' }, /NoSuchBucket/],
    [{ 'secret-key': 'wrong' }, /SignatureDoesNotMatch/],
  ])('with %j it is said to be unread', async (more, says) => {
    const { where, message } = await unread('s3', { ...keys, ...more })
    expect([where, message]).toEqual(['s3', expect.stringMatching(says)])
  })
})

describe('any store', () => {
  test.each(['postgres', 'mysql', 'redis'])('%s in a service that does not run is said to be unread', async (kind) => {
    expect((await unread(kind, { service: 'tools' })).message).toContain('it is not running')
  })

  test.each([
    ['postgres', 'psql'],
    ['mysql', 'mariadb or mysql'],
    ['redis', 'redis-cli'],
  ])('%s in a service of another kind is said to be unread', async (kind, program) => {
    expect((await unread(kind, { service: 'node' })).message).toContain(`it has no ${program} in it`)
  })

  test('an interrupt is no fault of the store', async () => {
    const reason = new Error('interrupted')
    const kind = dataKinds.find(({ name }) => name === 'postgres') as DataKind<unknown>
    const counting = kind.count({ service: 'db' }, { ...context, signal: AbortSignal.abort(reason) })
    await expect(counting).rejects.toBe(reason)
  })
})

interface Sides {
  readonly kind: string
  readonly before: object
  readonly after: object
}

const firsts = new Map<string, Promise<Fingerprint>>()

function printedOnce(kind: DataKind<unknown>, options: unknown): Promise<Fingerprint> {
  const key = `${kind.name} ${JSON.stringify(options)}`
  const known = firsts.get(key) ?? kind.print(options, context)
  firsts.set(key, known)
  return known
}

/** What differs between two stores, as a rehearsal finds it: large tables are looked into on both sides. */
async function changesOf({ kind, before, after }: Sides, work?: () => Promise<void>): Promise<string[]> {
  const found = dataKinds.find(({ name }) => name === kind) as DataKind<unknown>
  const [old, now] = [found.schema.parse(before), found.schema.parse(after)]
  // What nothing changes is printed once.
  const first = work ? await found.print(old, context) : await printedOnce(found, old)
  await work?.()
  const second = await found.print(now, context, first)
  const wants = pairUp(first, second).flatMap((pair) => wantOf(pair) ?? [])
  const [rows, seen] = await Promise.all([
    found.drill(
      old,
      context,
      wants.map((want) => want.before),
    ),
    found.drill(
      now,
      context,
      wants.map((want) => want.after),
    ),
  ])
  const drilled = new Map(wants.map((want) => [want.before.table, seen.get(want.after.table) ?? []]))
  const { changes, uncompared } = comparePrints(first, second, { before: rows, after: drilled })
  return [
    ...changes.map(({ table, column, kind: what, rows: many, to }) =>
      [`${table}${column === undefined ? '' : `.${column}`}`, what, many, to]
        .filter((one) => one !== undefined)
        .join(' '),
    ),
    ...uncompared.map(({ table, why }) => `${table}: ${why}`),
  ]
}

describe('what becomes of the data', () => {
  // Forty people and five thousand events: one table that is kept row by row, one that is kept as sums.
  const tables = (number: string, more = '') => `
    CREATE TABLE users (id int PRIMARY KEY, name varchar(200) NOT NULL, email varchar(200), score numeric(12,2), nick varchar(80) DEFAULT 'none');
    INSERT INTO users SELECT ${number}, concat('Zoë Müller ', ${number}), concat('z', ${number}, '@example.org'), ${number} * 1.5, 'none' FROM few;
    CREATE TABLE events (id int PRIMARY KEY, kind varchar(40), detail varchar(400));
    INSERT INTO events SELECT ${number}, concat('kind ', ${number} % 7), concat('what happened at ', ${number}) FROM many;
    CREATE TABLE tags (user_id int, tag varchar(40)); INSERT INTO tags SELECT ${number}, 'a' FROM few; ${more}`
  const sabotages: [string, string, string[]][] = [
    ['nothing at all', 'SELECT 1', []],
    ['rows are lost', 'DELETE FROM users WHERE id IN (3, 5)', ['users rows-lost 2']],
    ['rows of a large table are lost', 'DELETE FROM events WHERE id % 100 = 0', ['events rows-lost 50']],
    ['a table is emptied', 'DELETE FROM users', ['users rows-lost 40']],
    ['a large table is emptied', 'DELETE FROM events', ['events rows-lost 5000']],
    ['a table is dropped', 'DROP TABLE users', ['users table-dropped 40']],
    ['a column is emptied', 'UPDATE users SET email = NULL', ['users.email nulled 40']],
    ['a column of a large table is emptied', 'UPDATE events SET detail = NULL', ['events.detail nulled 5000']],
    ['texts are cut off', 'UPDATE users SET email = left(email, 6) WHERE id > 10', ['users.email truncated 30']],
    ['values move to other rows', 'UPDATE users SET score = score + 1.5', ['users.score values-changed 40']],
    [
      'one value of a large table is another',
      "UPDATE events SET kind = 'x' WHERE id = 4711",
      ['events.kind values-changed 1'],
    ],
    [
      'characters are lost',
      "UPDATE users SET name = replace(replace(name, 'ë', '?'), 'ü', '?')",
      ['users.name characters-lost 40'],
    ],
    [
      'a text is read in another encoding',
      "UPDATE users SET name = replace(replace(name, 'ë', 'Ã«'), 'ü', 'Ã¼')",
      ['users.name re-encoded 40'],
    ],
    [
      'rows are there twice',
      'INSERT INTO users SELECT id + 1000, name, email, score, nick FROM users WHERE id <= 4',
      ['users duplicated 4'],
    ],
    [
      'rows without a key are there twice',
      'INSERT INTO tags SELECT * FROM tags WHERE user_id < 4',
      ['tags duplicated 3'],
    ],
    ['a table grows', "INSERT INTO events VALUES (9001, 'new', 'new')", ['events grown 1']],
    ['a column is dropped', 'ALTER TABLE users DROP COLUMN email', ['users.email column-dropped 40']],
    ['a column that told nothing is dropped', 'ALTER TABLE users DROP COLUMN nick', ['users.nick column-dropped 0']],
    ['a column is renamed', 'ALTER TABLE users RENAME COLUMN email TO mail', ['users.email column-renamed 40 mail']],
    [
      'a column of a large table is renamed',
      'ALTER TABLE events RENAME COLUMN detail TO text',
      ['events.detail column-renamed 5000 text'],
    ],
    ['a table is renamed', 'ALTER TABLE users RENAME TO people', ['users table-renamed 40 people']],
    ['a large table is renamed', 'ALTER TABLE events RENAME TO log', ['events table-renamed 5000 log']],
    ['a column is new', 'ALTER TABLE events ADD COLUMN source varchar(10)', ['events.source column-added 5000']],
  ]

  // How rows are compared is the same for all; these show what each database is asked.
  const perDatabase = sabotages.filter(([name]) =>
    /nothing at all|large table|table is dropped|cut off|encoding|without a key/.test(name),
  )

  describe('of a PostgreSQL', () => {
    const psql = (sql: string, database: string) =>
      mustRun('db', 'psql', '-q', '-v', 'ON_ERROR_STOP=1', '-U', 'app', '-d', database, '-c', sql)
    const sides = {
      kind: 'postgres',
      before: { service: 'db', database: 'base' },
      after: { service: 'db', database: 'sab' },
    }
    const from = tables(
      'n',
      `CREATE TABLE jobs (id serial PRIMARY KEY, name text); INSERT INTO jobs (name) SELECT 'job ' || n FROM few;`,
    )

    beforeAll(async () => {
      await psql('CREATE DATABASE base', 'postgres')
      await psql(
        `CREATE VIEW few AS SELECT generate_series(1, 40) AS n; CREATE VIEW many AS SELECT generate_series(1, 5000) AS n; ${from}`,
        'base',
      )
    })

    const own: typeof sabotages = [
      ['a counter is set back', "SELECT setval('jobs_id_seq', 1)", ['jobs.id sequence-behind 39']],
      ['a type is another', 'ALTER TABLE users ALTER COLUMN id TYPE bigint, ALTER COLUMN score TYPE numeric(14,4)', []],
      [
        'a type of a large table is another',
        'ALTER TABLE events ALTER COLUMN kind TYPE text, ALTER COLUMN id TYPE bigint',
        [],
      ],
    ]
    test.each([...sabotages, ...own])('%s', async (_, sql, expected) => {
      await psql('DROP DATABASE IF EXISTS sab', 'postgres')
      await psql('CREATE DATABASE sab TEMPLATE base', 'postgres')
      await psql(sql, 'sab')
      expect(await changesOf(sides)).toEqual(expected)
    })
  })

  describe('of a MariaDB', () => {
    const sql = (text: string) =>
      mustRun('maria', 'mariadb', '-uroot', '-pr00t', '--default-character-set=utf8mb4', '-e', text)
    const account = { service: 'maria', user: 'root', password: 'r00t' }
    const sides = { kind: 'mysql', before: { ...account, database: 'base' }, after: { ...account, database: 'sab' } }
    const make = (database: string) =>
      sql(`DROP DATABASE IF EXISTS ${database}; CREATE DATABASE ${database} CHARACTER SET utf8mb4; USE ${database};
        CREATE VIEW few AS SELECT seq AS n FROM seq_1_to_40; CREATE VIEW many AS SELECT seq AS n FROM seq_1_to_5000; ${tables('n')}`)

    beforeAll(() => make('base'))

    test.each(perDatabase)('%s', async (_, text, expected) => {
      await make('sab')
      await sql(`USE sab; ${text}`)
      expect(await changesOf(sides)).toEqual(expected)
    })
  })

  describe('of an SQLite', () => {
    const sqlite = (file: string, sql: string) =>
      mustRun(
        'web',
        'python3',
        '-c',
        'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])',
        file,
        sql,
      )
    const counted = (last: number) =>
      `WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${last}) SELECT n FROM c`
    // This one has other names for two functions.
    const inSqlite = (sql: string) =>
      sql
        .replace(/concat\(([^()]*)\)/g, (_, parts) => parts.replaceAll(', ', ' || '))
        .replace(/left\(/g, 'substr(')
        .replace('substr(email, 6)', 'substr(email, 1, 6)')
    const make = (file: string) =>
      sqlite(file, inSqlite(`CREATE VIEW few AS ${counted(40)}; CREATE VIEW many AS ${counted(5000)}; ${tables('n')}`))
    const sides = {
      kind: 'sqlite',
      before: { service: 'web', file: '/files/base.db' },
      after: { service: 'web', file: '/files/sab.db' },
    }

    beforeAll(() => make('/files/base.db'))

    test.each(perDatabase)('%s', async (_, sql, expected) => {
      await mustRun('web', 'cp', '/files/base.db', '/files/sab.db')
      await sqlite('/files/sab.db', inSqlite(sql))
      expect(await changesOf(sides)).toEqual(expected)
    })
  })

  describe('of files', () => {
    const sh = (line: string) => mustRun('web', 'sh', '-ec', line)
    const made =
      'rm -rf /files/own; mkdir -p /files/own/deep; cd /files/own; for n in 1 2 3 4 5; do echo "file $n" > $n.txt; done; echo log > deep/a.log'

    test.each([
      ['nothing at all', 'true', []],
      ['a file is deleted', 'rm 3.txt', ['files rows-lost 1']],
      ['a file is altered', 'echo other > 3.txt', ['files.content values-changed 1', 'files.size values-changed 1']],
      ['a file is added', 'echo new > new.txt', ['files grown 1']],
      ['what is left out does not count', 'echo more >> deep/a.log', []],
      ['the folder is gone', 'cd ..; rm -r own', ['files rows-lost 5']],
    ])('%s', async (_, line, expected) => {
      await sh(made)
      for (const own of [
        { volume: 'files', under: 'own', exclude: ['**/*.log'] },
        { service: 'web', path: '/files/own', exclude: ['**/*.log'] },
      ]) {
        await sh(made)
        expect(await changesOf({ kind: 'files', before: own, after: own }, () => sh(`cd /files/own; ${line}`))).toEqual(
          expected,
        )
      }
    })

    test('a folder that is not there before either is no folder to compare', async () => {
      const found = dataKinds.find(({ name }) => name === 'files') as DataKind<unknown>
      const options = found.schema.parse({ volume: 'files', under: 'nowhere' })
      await expect(found.print(options, context)).rejects.toThrow('there is no folder files/nowhere')
    })
  })

  test('of a Redis: keys, and nothing that ends by itself', async () => {
    const redis = (...argv: string[]) => mustRun('cache', 'redis-cli', '-a', 'hidden', ...argv)
    const own = { service: 'cache', password: 'hidden' }
    await redis('FLUSHALL')
    await redis('HSET', 'user:1', 'name', 'Zoë', 'age', '7')
    await redis('RPUSH', 'queue', 'a', 'b')
    await redis('SET', 'count', '1')
    await redis('SET', 'session', 'x', 'EX', '1000')
    const work = async () => {
      await redis('DEL', 'queue', 'session')
      await redis('SET', 'count', '2')
    }
    const changes = await changesOf({ kind: 'redis', before: own, after: own }, work)
    expect(changes).toEqual(['db0 rows-lost 1', 'db0.value values-changed 1'])
  })

  test('of an S3: objects by their bytes', async () => {
    const own = { ...keys, bucket: 'prints' }
    await client().createBucket('prints')
    for (const name of ['a', 'b', 'deep/c']) await client().put('prints', name, contentOf(`object ${name}`))
    const work = async () => {
      await client().remove('prints', 'b')
      await client().put('prints', 'deep/c', contentOf('OBJECT deep/c'))
    }
    const changes = await changesOf({ kind: 's3', before: own, after: own }, work)
    expect(changes).toEqual(['prints rows-lost 1', 'prints.content values-changed 1'])
  })
})
