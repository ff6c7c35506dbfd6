import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pack } from 'tar-stream'
import { root } from '../root.ts'
import { measure } from './measure.ts'

/** A dump and an archive of about `megabytes` each, and the folder that holds them with their configurations. */
export interface Large {
  readonly folder: string
  readonly megabytes: number
}

const call = promisify(execFile)
const composeFile = `
services:
  db:
    image: postgres:15
    environment: { POSTGRES_USER: bench, POSTGRES_PASSWORD: bench-password, POSTGRES_DB: bench }
    # Stopped during its first start, it would take the whole grace period.
    healthcheck: { test: [CMD, pg_isready, "--host=127.0.0.1"], interval: 500ms, retries: 60 }
  web: { image: "rehearsal-test/app:\${V}", volumes: ["data:/data"] }
volumes: { data: }
`

export async function makeLarge(folder: string, megabytes: number): Promise<Large> {
  await mkdir(folder, { recursive: true })
  await Promise.all([
    writeDump(join(folder, 'large.sql'), megabytes),
    writeArchive(join(folder, 'large.tar'), megabytes),
  ])
  await writeFile(join(folder, 'docker-compose.yml'), composeFile)
  await writeFile(join(folder, '.env'), 'V=1.0\n')
  const config = (fixture: string) => `
stack: { compose: docker-compose.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: V } }
path: { to: "2.0" }
fixtures: [ ${fixture} ]
smoke: [ { http: { get: /health } } ]
ready: { steady: 0s }
rollback: none
`
  await writeFile(join(folder, 'postgres.yml'), config('postgres: { service: db, dump: large.sql }'))
  await writeFile(join(folder, 'volume.yml'), config('volume: { name: data, archive: large.tar }'))
  return { folder, megabytes }
}

/** One table of wide rows, as pg_dump writes it. */
async function writeDump(path: string, megabytes: number): Promise<void> {
  const file = createWriteStream(path)
  file.write(
    '--\n-- PostgreSQL database dump\n--\n\nCREATE TABLE rows (id integer, content text);\nCOPY rows (id, content) FROM stdin;\n',
  )
  const content = randomBytes(380).toString('hex')
  for (let row = 0; row < megabytes * 1_300; row++) {
    if (!file.write(`${row}\t${content}\n`)) await once(file, 'drain')
  }
  file.end('\\.\n\n--\n-- PostgreSQL database dump complete\n--\n')
  await once(file, 'close')
}

/** Files of a megabyte, content that does not compress. */
async function writeArchive(path: string, megabytes: number): Promise<void> {
  const into = pack()
  const file = createWriteStream(path)
  into.pipe(file)
  const content = randomBytes(1e6)
  for (let index = 0; index < megabytes; index++) {
    await new Promise<void>((done, fail) =>
      into.entry({ name: `files/${index}` }, content, (error) => (error ? fail(error) : done())),
    )
  }
  into.finalize()
  await once(file, 'close')
}

/** A whole rehearsal; what its restore step took by its own journal, and the process's peak memory. */
export async function rehearseLarge({ folder }: Large, kind: 'postgres' | 'volume') {
  const argv = [
    process.execPath,
    join(root, 'dist/cli.cjs'),
    'run',
    '--config',
    `${kind}.yml`,
    '--report-dir',
    'report',
  ]
  const { peakBytes } = await measure(argv, { cwd: folder })
  const verdict = JSON.parse(await readFile(join(folder, 'report/verdict.json'), 'utf8'))
  const restore = verdict.timings.find(({ step }: { step: string }) => step.endsWith('.restore'))
  return { restoreMs: restore.ms as number, peakBytes }
}

/** What the restore step stands for: start the database, wait for it, feed the dump to its client. */
export async function rawRestore({ folder }: Large): Promise<number> {
  const project = ['compose', '--project-name', `raw-${process.pid}`]
  const compose = (...argv: string[]) => call('docker', [...project, ...argv], { cwd: folder })
  const startedAt = performance.now()
  try {
    await compose('up', '--detach', '--no-deps', 'db')
    const { stdout } = await compose('ps', '--quiet', 'db')
    const ready = `until docker exec ${stdout.trim()} pg_isready -q -h 127.0.0.1 -U bench; do sleep 0.05; done`
    const restore = `docker exec -i ${stdout.trim()} psql -X -q -v ON_ERROR_STOP=1 -U bench -d bench -o /dev/null < large.sql`
    await measure(['bash', '-c', `${ready}; ${restore}`], { cwd: folder })
    return performance.now() - startedAt
  } finally {
    await compose('down', '--volumes', '--timeout', '1')
  }
}

/** What the restore step stands for: a container that holds the volume, and docker cp. */
export async function rawUnpack({ folder }: Large): Promise<number> {
  const volume = `raw-${process.pid}`
  await call('docker', ['volume', 'create', volume])
  const startedAt = performance.now()
  let container = ''
  try {
    container = (
      await call('docker', ['create', '--volume', `${volume}:/volume`, 'alpine/socat:1.7.4.3-r0'])
    ).stdout.trim()
    await measure(['bash', '-c', `docker cp - ${container}:/volume < large.tar`], { cwd: folder })
    return performance.now() - startedAt
  } finally {
    await call('docker', ['rm', '--force', container])
    await call('docker', ['volume', 'rm', volume])
  }
}
