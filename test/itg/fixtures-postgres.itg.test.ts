import { execFile, spawn } from 'node:child_process'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { compose, notesDump } from './apps.ts'
import { checksOf, docker, type Outcome, rehearse } from './harness.ts'

const notes = 25
const plain = notesDump(notes)

/** A table of three rows as pg_dump writes it, owned by a role that a fresh database does not have, with rights for another. */
function tableDump(table: string): string {
  return `--
-- PostgreSQL database dump
--

CREATE TABLE public.${table} (id integer NOT NULL);
ALTER TABLE public.${table} OWNER TO "owner-of-${table}";
COPY public.${table} (id) FROM stdin;
1
2
3
\\.
REVOKE ALL ON TABLE public.${table} FROM "owner-of-${table}";
GRANT SELECT ON TABLE public.${table} TO "reader-of-${table}";

--
-- PostgreSQL database dump complete
--
`
}

let custom: Buffer

beforeAll(async () => {
  const name = `rehearsal-test-pg-${randomUUID().slice(0, 8)}`
  await docker('run', '--detach', '--name', name, '--env', 'POSTGRES_HOST_AUTH_METHOD=trust', 'postgres:15')
  try {
    const psql = async (sql: string) => {
      const call = promisify(execFile)('docker', [
        'exec',
        '-i',
        name,
        'psql',
        '-q',
        '-h',
        '127.0.0.1',
        '-U',
        'postgres',
        '-v',
        'ON_ERROR_STOP=1',
      ])
      call.child.stdin?.end(sql)
      await call
    }
    while (
      !(await psql('SELECT 1').then(
        () => true,
        () => false,
      ))
    ) {
      expect((await docker('inspect', '--format', '{{.State.Status}}', name)).trim()).toBe('running')
    }
    await psql(`CREATE ROLE "owner-of-in_custom"; CREATE ROLE "reader-of-in_custom"; ${tableDump('in_custom')}`)
    const dumped = await promisify(execFile)('docker', ['exec', name, 'pg_dump', '-U', 'postgres', '-Fc'], {
      encoding: 'buffer',
      maxBuffer: 2 ** 26,
    })
    custom = dumped.stdout
  } finally {
    await docker('rm', '--force', '--volumes', name)
  }
})

interface Restore {
  readonly name?: string
  readonly options?: string
  readonly more?: string
  readonly smoke?: string
}

async function restoring(content: string | Buffer | undefined, restore: Restore = {}): Promise<Outcome> {
  const name = restore.name ?? 'notes.dump'
  const fixtures = `\n  - postgres: { service: db, dump: ${name}${restore.options ?? ''} }`
  const smoke = restore.smoke ?? `\n  - http: { get: /notes, json: { $.total: ${notes} } }`
  const files = compose({ fixtures, smoke, ...(restore.more ? { more: restore.more } : {}) })
  return await rehearse(content === undefined ? files : { ...files, [name]: content })
}

function expectRefused(outcome: Outcome, code: string, says: RegExp): void {
  expect(outcome.codes, outcome.output).toEqual([code])
  expect(outcome.verdict.verdict).toBe('inconclusive')
  expect(outcome.exitCode).toBe(21)
  expect(outcome.verdict.reasons[0]?.message).toMatch(says)
  expect(outcome.entries.filter((entry) => entry.type === 'proof' || entry.type === 'check')).toEqual([])
}

test('dumps of every form are restored, with the roles that they name', async () => {
  const dumps = {
    'notes.sql': Buffer.from(plain),
    'plain.sql': Buffer.from(tableDump('in_plain')),
    'a.sql.gz': gzipSync(tableDump('in_gzip')),
    'b.sql.zst': zstdCompressSync(tableDump('in_zstd')),
    'c.dump': custom,
    'd.dump.gz': gzipSync(inOtherTable(custom)),
  }
  const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex')
  const fixtures = Object.entries(dumps).map(([name, content], index) => {
    // In capitals too, as some tools print it.
    const sum = index % 2 === 0 ? sha256(content) : sha256(content).toUpperCase()
    return `\n  - postgres: { service: db, dump: ${name}, sha256: "${sum}" }`
  })
  const sql = `SELECT relname, pg_get_userbyid(relowner), (xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I', relname), false, true, '')))[1] FROM pg_class WHERE relname LIKE 'in\\_%' ORDER BY 1`
  const expected = ['in_custom', 'in_cvstom', 'in_gzip', 'in_plain', 'in_zstd']
    .map((table) => `${table}\\|owner-of-${table}\\|3`)
    .join('\\n')
  const smoke = `
  - http: { get: /notes, json: { $.total: ${notes} } }
  - exec:
      name: every table is there
      service: db
      run: [psql, -At, -U, notes, -c, ${JSON.stringify(sql)}]
      output: ${JSON.stringify(`^${expected}$`)}`
  const outcome = await rehearse({ ...compose({ fixtures: fixtures.join(''), smoke }), ...dumps })
  expect(outcome.exitCode, outcome.output).toBe(0)
  expect(checksOf(outcome, 'target')).toEqual(['http GET /notes: passed', 'every table is there: passed'])
})

/** The same dump for a table of another name; as long, because custom format counts bytes. */
function inOtherTable(dump: Buffer): Buffer {
  return Buffer.from(dump.toString('latin1').replaceAll('in_custom', 'in_cvstom'), 'latin1')
}

describe('while it loads', () => {
  test('only the database runs: the application sees no half-restored data', async () => {
    // Listened to from the start: the engine remembers only the last 256 events.
    const filters = ['type=container', 'event=start', 'label=upgrade-rehearsal.run'].flatMap((one) => ['--filter', one])
    const listening = spawn('docker', ['events', ...filters, '--format', '{{json .}}'])
    onTestFinished(() => void listening.kill())
    let events = ''
    listening.stdout.setEncoding('utf8').on('data', (piece: string) => {
      events += piece
    })
    const outcome = await restoring(plain)
    expect(outcome.exitCode, outcome.output).toBe(0)
    const starts = events
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { timeNano: number; Actor: { Attributes: Record<string, string> } })
      .filter(({ Actor }) => Actor.Attributes['upgrade-rehearsal.run'] === outcome.verdict.runId)
    const first = (service: string) =>
      Math.min(
        ...starts
          .filter(({ Actor }) => Actor.Attributes['upgrade-rehearsal.service'] === service)
          .map(({ timeNano }) => timeNano / 1e6),
      )
    const step = (type: 'step-started' | 'step-finished') =>
      Date.parse(outcome.entries.find((entry) => entry.type === type && entry.step.endsWith('.restore'))?.at ?? '')
    expect(first('db')).toBeGreaterThan(step('step-started'))
    expect(first('db')).toBeLessThan(step('step-finished'))
    expect(first('web')).toBeGreaterThan(step('step-finished'))
  })

  test("psql's shell reaches its own container and not this machine", async () => {
    const mark = `/tmp/rehearsal-test-${randomUUID()}`
    const dump = plain.replace(
      'COPY public.notes',
      `\\! touch ${mark}\n\\copy public.schema_version from program 'touch ${mark}; echo 1'\nCOPY public.notes`,
    )
    const outcome = await restoring(dump, {
      smoke: `\n  - exec: { service: db, run: 'test "{phase}" != baseline || ls ${mark}' }\n  - http: { get: /health }`,
    })
    expect(outcome.exitCode, outcome.output).toBe(0)
    expect(existsSync(mark)).toBe(false)
  })
})

describe('a backup that is not whole ends the rehearsal before the application starts', () => {
  const middle = (content: string | Buffer) => Buffer.from(content).subarray(0, Math.floor(content.length / 2))
  const long = notesDump(5_000)
  const copyAt = plain.indexOf('note 12')

  test.each<[string, string, () => string | Buffer | undefined, RegExp, Restore?]>([
    ['missing', 'FIXTURE_MISSING', () => undefined, /notes\.dump does not exist/],
    ['0 bytes', 'FIXTURE_EMPTY', () => '', /notes\.dump is empty \(0 bytes\)/],
    ['gzip of nothing', 'FIXTURE_EMPTY', () => gzipSync(''), /unpacks to nothing/],
    ['zstd of nothing', 'FIXTURE_EMPTY', () => zstdCompressSync(''), /unpacks to nothing/],
    [
      'a schema without a row',
      'FIXTURE_EMPTY',
      () => plain.replace(/COPY public\.(\w+) [\s\S]*?\\\.\n/g, ''),
      /no table of notes has a row/,
    ],
    [
      'a wrong sha256',
      'FIXTURE_CORRUPT',
      () => plain,
      /not the file that sha256 names/,
      { options: `, sha256: ${'ab'.repeat(32)}` },
    ],
    ['truncated gzip', 'FIXTURE_CORRUPT', () => middle(gzipSync(long)), /truncated/],
    ['truncated zstd', 'FIXTURE_CORRUPT', () => middle(zstdCompressSync(long)), /truncated/],
    ['damaged gzip', 'FIXTURE_CORRUPT', () => damaged(gzipSync(long)), /corrupt/],
    [
      'plain SQL cut inside its data',
      'FIXTURE_CORRUPT',
      () => plain.slice(0, copyAt),
      /truncated: the end that pg_dump writes is missing/,
    ],
    [
      'gzip of plain SQL cut inside its data',
      'FIXTURE_CORRUPT',
      () => gzipSync(plain.slice(0, copyAt)),
      /truncated: the end that pg_dump writes is missing/,
    ],
    [
      'truncated custom format',
      'FIXTURE_CORRUPT',
      () => custom.subarray(0, custom.length - 200),
      /can't be read to its end|truncated/,
    ],
    [
      'custom format cut in its head',
      'FIXTURE_CORRUPT',
      () => custom.subarray(0, 300),
      /can't be read to its end|truncated/,
    ],
    [
      'random bytes',
      'FIXTURE_CORRUPT',
      () => Buffer.concat([Buffer.from([0]), randomBytes(4_096)]),
      /neither SQL nor in pg_dump's custom format/,
    ],
    [
      'another text',
      'FIXTURE_PARTIAL',
      () => '<html>404 Not Found</html>\n',
      /restored only in part: psql:<stdin>:\d+: ERROR: +syntax error at or near "<"/,
    ],
    [
      'an SQL error in the middle',
      'FIXTURE_PARTIAL',
      () => plain.replace('SELECT pg_catalog', 'INSERT INTO nowhere VALUES (1);\nSELECT pg_catalog'),
      /psql:<stdin>:\d+: ERROR: +relation "nowhere" does not exist/,
    ],
    [
      'a row that does not fit',
      'FIXTURE_PARTIAL',
      () => plain.replace('12\tnote 12', 'twelve\tnote 12'),
      /psql:<stdin>:\d+: ERROR: +invalid input syntax for type integer: "twelve"/,
    ],
    [
      'too large',
      'FIXTURE_TOO_LARGE',
      () => gzipSync(long),
      /unpacks to more than 10\.0 KiB/,
      { more: 'limits: { fixture: 10KiB }' },
    ],
    [
      'too large without compression',
      'FIXTURE_TOO_LARGE',
      () => long,
      /more than 10\.0 KiB/,
      { more: 'limits: { fixture: 10KiB }' },
    ],
  ])('%s is %s', async (_, code, content, says, restore) => {
    expectRefused(await restoring(content(), restore), code, says)
  })
})

function damaged(content: Buffer): Buffer {
  const copy = Buffer.from(content)
  copy.fill(0x55, copy.length / 2, copy.length / 2 + 64)
  return copy
}

test('a user that the database does not know is named', async () => {
  const outcome = await restoring(plain, { options: ', user: nobody' })
  expect(outcome.codes, outcome.output).toEqual(['FIXTURE_PARTIAL'])
  expect(outcome.verdict.reasons[0]?.message).toContain('role "nobody" does not exist')
})
