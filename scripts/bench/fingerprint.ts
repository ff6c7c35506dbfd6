import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Entry } from '../../src/run/journal.ts'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { root } from '../root.ts'
import type { Group } from './figure.ts'
import { measure, median } from './measure.ts'

const millions = 10
const rows = millions * 1_000_000
const table = `CREATE TABLE events (id bigint PRIMARY KEY, account integer NOT NULL, kind text NOT NULL, amount numeric(12,2),
  note text, at timestamptz NOT NULL);
INSERT INTO events SELECT n, n % 9973, 'kind ' || n % 7, n % 100000 / 7.0, CASE WHEN n % 5 > 0 THEN 'event ' || md5(n::text) END,
  timestamptz '2026-01-01' + n * interval '1 second' FROM generate_series(1, ${rows}) AS n;
VACUUM ANALYZE events`
/** What reading every row once comes to. */
const once = 'SELECT count(*), sum(hashtext(t::text)) FROM events AS t'
/** On the way to 2.0 only, or it would be no fault of the upgrade. */
const when = "AND '{version}' = '2.0'"
const spoil = `UPDATE events SET note = NULL WHERE id = ${rows / 2 + 1} ${when}; DELETE FROM events WHERE id IN (17, ${rows - 1}) ${when}`

const compose = `
services:
  db:
    image: postgres:15
    environment: { POSTGRES_USER: bench, POSTGRES_PASSWORD: bench-password, POSTGRES_DB: bench }
    volumes: ["db:/var/lib/postgresql/data"]
    shm_size: 1gb
    healthcheck: { test: [CMD, pg_isready, "--host=127.0.0.1"], interval: 500ms, retries: 60 }
  web: { image: "rehearsal-test/app:\${V}" }
volumes: { db: {} }
`

function psql(sql: string): string {
  return JSON.stringify(['psql', '-qXU', 'bench', '-v', 'ON_ERROR_STOP=1', '-c', sql])
}

const config = `
name: fingerprint
stack: { compose: docker-compose.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: V } }
path: { to: "2.0" }
fixtures:
${table
  .split(';\n')
  .map((sql) => `  - seed: { service: db, run: ${psql(sql.replaceAll('\n', ' '))} }`)
  .join('\n')}
upgrade:
  strategy: steps
  steps:
    - down: true
    - pull: true
    - up: [db]
    - exec: { service: db, run: ${psql(spoil)} }
    - up: all
data: [ { postgres: { service: db, user: bench, database: bench } } ]
smoke:
${['the first reading warms the cache', 'reading once'].map((name) => `  - sql: { name: ${name}, service: db, query: "${once}", user: bench, database: bench }`).join('\n')}
rollback: none
limits: { restore: 60m, step: 30m, check: 30m, total: 3h }
`

/** The fingerprint of a large table inside a whole rehearsal, against reading the same table once. */
export const fingerprint: Group = async (tell) => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  try {
    await Promise.all([
      writeFile(join(folder, 'docker-compose.yml'), compose),
      writeFile(join(folder, '.env'), 'V=1.0\n'),
      writeFile(join(folder, 'upgrade-rehearsal.yml'), config),
    ])
    const argv = [process.execPath, join(root, 'dist/cli.cjs'), 'run']
    // The rows that are lost have to be found: that is no pass, and exit code 20.
    const { peakBytes } = await measure(argv, { cwd: folder, exitCode: 20 })
    const read = async (name: string) => await readFile(join(folder, 'upgrade-report', name), 'utf8')
    const verdict = JSON.parse(await read('verdict.json')) as Verdict
    const lines = (await read('journal.jsonl')).trim().split('\n')
    const entries = lines.map((line) => JSON.parse(line) as Entry)
    const prints = verdict.timings.filter(({ step }) => step.endsWith('.fingerprint')).map(({ ms }) => ms)
    const readings = entries.flatMap((one) => (one.type === 'check' && one.check === 'reading once' ? [one.ms] : []))
    const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
    const [print, reading] = [median(prints), median(readings)]
    tell({
      name: `fingerprint of ${millions} M rows / count(*), sum(hashtext(t::text))`,
      value: print / reading,
      unit: '',
      target: 1.3,
      detail: `${prints.map(seconds).join(', ')} / ${readings.map(seconds).join(', ')}`,
    })
    tell({
      name: 'peak memory of that rehearsal',
      value: peakBytes / 2 ** 20,
      unit: ' MB',
      target: 150,
      detail: verdict.data.changed.join('; '),
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
