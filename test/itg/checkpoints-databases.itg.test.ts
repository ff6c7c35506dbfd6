import { describe, expect, test } from 'vitest'
import { pollUntil } from '../../src/run/poll.ts'
import type { ComposeService } from '../../src/stack/compose-model.ts'
import type { Stack } from '../../src/stack/stack.ts'
import { composeStack, idleService, signal } from './stacks-directly.ts'

/** A database and what is done with it; every `argv` runs in its container. */
interface Database {
  readonly service: ComposeService
  readonly ready: readonly string[]
  readonly setUp: readonly string[]
  /** Prints everything that is there, or a sum of it, once the database has proven itself whole. */
  readonly look: readonly string[]
  readonly change: readonly string[]
  readonly changeMore: readonly string[]
}

const mount = (source: string, target: string) => [{ type: 'volume', source, target }]
const psql = (sql: string) => ['psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres', '-c', sql]
const mariadb = (sql: string) => [
  'mariadb',
  '--user=root',
  '--password=pw',
  '--batch',
  '--skip-column-names',
  '-e',
  sql,
]
const redis = (script: string) => ['sh', '-ec', script]
/** Writes without closing the database: what it wrote last is in its journal only. */
const sqlite = (sql: string) => [
  'python3',
  '-c',
  `
import os, sqlite3, sys
db = sqlite3.connect("/data/app.db", isolation_level=None)
db.execute("PRAGMA wal_autocheckpoint = 0")
${sql}
sys.stdout.flush()
os._exit(0)`,
]

const databases: Readonly<Record<string, Database>> = {
  PostgreSQL: {
    service: {
      image: 'postgres:15',
      environment: { POSTGRES_PASSWORD: 'pw' },
      command: ['postgres', '-c', 'fsync=on', '-c', 'full_page_writes=on'],
      volumes: mount('data', '/var/lib/postgresql/data'),
    },
    ready: ['pg_isready', '--host=127.0.0.1'],
    setUp: psql(`
      CREATE EXTENSION amcheck;
      CREATE TABLE rows (id integer PRIMARY KEY, content text NOT NULL);
      CREATE TABLE unwanted AS SELECT generate_series(1, 100) AS id;
      INSERT INTO rows SELECT id, md5(id::text) FROM generate_series(1, 20000) AS id;`),
    look: [
      'sh',
      '-ec',
      `pg_amcheck -U postgres --heapallindexed postgres
       psql -X -A -t -v ON_ERROR_STOP=1 -U postgres -c "SELECT count(*), sum(hashtext(content)) FROM rows" -c "
         SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"`,
    ],
    change: [
      ...psql("UPDATE rows SET content = content || 'x' WHERE id % 3 = 0; DELETE FROM rows WHERE id % 7 = 0"),
      ...['-c', 'VACUUM FULL rows', '-c', 'CREATE INDEX by_content ON rows (content)', '-c', 'DROP TABLE unwanted'],
    ],
    changeMore: psql('TRUNCATE rows; CREATE TABLE later AS SELECT 1 AS one; CHECKPOINT'),
  },
  MariaDB: {
    service: {
      image: 'mariadb:10.11',
      environment: { MARIADB_ROOT_PASSWORD: 'pw' },
      command: ['mariadbd', '--innodb-flush-log-at-trx-commit=1'],
      volumes: mount('data', '/var/lib/mysql'),
    },
    ready: ['healthcheck.sh', '--connect', '--innodb_initialized'],
    setUp: mariadb(`
      CREATE DATABASE app; USE app;
      CREATE TABLE many (id integer PRIMARY KEY, content varchar(100)) ENGINE=InnoDB;
      CREATE TABLE unwanted (id integer) ENGINE=InnoDB;
      INSERT INTO many SELECT seq, md5(seq) FROM seq_1_to_20000;`),
    look: mariadb('USE app; CHECK TABLE many EXTENDED; SELECT count(*), sum(crc32(content)) FROM many; SHOW TABLES'),
    change: mariadb(`
      USE app;
      ALTER TABLE many ADD COLUMN note varchar(10) NOT NULL DEFAULT 'n', ADD INDEX (content), ALGORITHM=COPY;
      UPDATE many SET content = concat(content, 'x') WHERE id % 3 = 0;
      DELETE FROM many WHERE id % 7 = 0;
      OPTIMIZE TABLE many;
      DROP TABLE unwanted;`),
    changeMore: mariadb('USE app; TRUNCATE many; CREATE TABLE later (id integer)'),
  },
  'SQLite with a write-ahead log': {
    service: idleService('data:/data'),
    ready: ['true'],
    setUp: sqlite(`
db.execute("PRAGMA journal_mode = WAL")
db.execute("CREATE TABLE many (id integer PRIMARY KEY, content text)")
db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
db.execute("BEGIN")
db.executemany("INSERT INTO many VALUES (?, ?)", [(id, f"content {id}") for id in range(20000)])
db.execute("COMMIT")`),
    look: sqlite(`
print(db.execute("PRAGMA integrity_check").fetchall(), os.path.getsize("/data/app.db-wal") > 100000)
print(db.execute("SELECT count(*), sum(length(content)) FROM many").fetchall())
print(db.execute("SELECT name FROM sqlite_master").fetchall())`),
    change: sqlite(`
db.execute("ALTER TABLE many ADD COLUMN note text")
db.execute("UPDATE many SET content = content || 'x' WHERE id % 3 = 0")
db.execute("CREATE INDEX by_content ON many (content)")`),
    changeMore: sqlite('db.execute("DELETE FROM many WHERE id % 2 = 0")'),
  },
  'Redis with an append-only file': {
    service: {
      image: 'redis:7',
      command: ['redis-server', '--appendonly', 'yes', '--appendfsync', 'always', '--enable-debug-command', 'yes'],
      volumes: mount('data', '/data'),
    },
    ready: ['redis-cli', 'ping'],
    setUp: redis("seq 1 20000 | sed 's/.*/SET key:& value-&/' | redis-cli --pipe > /dev/null"),
    look: redis('redis-check-aof /data/appendonlydir/*.manifest | tail -n 1; redis-cli DBSIZE; redis-cli DEBUG DIGEST'),
    change: redis(`
      redis-cli DEL key:7; redis-cli SET key:9 changed; redis-cli BGREWRITEAOF
      until redis-cli INFO persistence | grep -q aof_rewrite_in_progress:0; do :; done
      redis-cli SET after rewriting`),
    changeMore: redis('redis-cli FLUSHALL; redis-cli SET only one'),
  },
}

/** Starts the stack, does something in its database, and stops it. */
async function session(stack: Stack, { ready }: Database, ...steps: readonly (readonly string[])[]): Promise<string[]> {
  await stack.start(signal)
  const until = AbortSignal.timeout(60_000)
  await pollUntil(async () => (await stack.exec('db', ready, { signal })).exitCode === 0, { signal: until })
  const outputs: string[] = []
  for (const argv of steps) {
    const { exitCode, stdout, stderr } = await stack.exec('db', argv, { signal })
    if (exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${exitCode}: ${stderr}${stdout}`)
    outputs.push(stdout)
  }
  await stack.stop(10_000, signal)
  return outputs
}

describe.each(Object.entries(databases))('%s', (_, database) => {
  test('goes on from a checkpoint as often as needed, and nothing that it writes reaches one', async () => {
    const { stack } = await composeStack([{ services: { db: { stop_grace_period: '20s', ...database.service } } }])
    await stack.create(0, signal)
    const { setUp, look, change, changeMore } = database
    const [, first] = await session(stack, database, setUp, look)
    expect((await stack.checkpoint('first', signal)).how).toBe('overlay')
    const [onFork, , second] = await session(stack, database, look, change, look)
    expect(onFork).toBe(first)
    expect(second).not.toBe(first)
    await stack.checkpoint('second', signal)
    const [onTop, , third] = await session(stack, database, look, changeMore, look)
    expect(onTop).toBe(second)
    expect(third).not.toBe(second)
    await stack.fork('second', signal)
    expect(await session(stack, database, look, changeMore)).toContain(second)
    await stack.fork('first', signal)
    expect(await session(stack, database, look, change, look)).toEqual([first, expect.anything(), second])
    await stack.fork('first', signal)
    expect(await session(stack, database, look)).toEqual([first])
  })
})
