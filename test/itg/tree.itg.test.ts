import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { compose, notesDump, single } from './apps.ts'
import { buildImage, docker, leftovers, makeFolder, runCli } from './harness.ts'

const name = 'rehearsal-test/tree'
const releases = { '1.0.0': '1.0', '1.1.0': '1.1', '1.2.0': '1.1', '2.0.0': '2.0', '2.1.0': '2.0-loses-data' } as const

beforeAll(async () => {
  for (const [version, like] of Object.entries(releases))
    await buildImage(`FROM rehearsal-test/app:${like}\nLABEL release=${version}\n`, `${name}:${version}`)
})

afterAll(() => docker('rmi', '--force', ...Object.keys(releases).map((version) => `${name}:${version}`)))

const config = single({
  from: '1.0.0',
  more: `rollback: [{ image: {} }, { restore: { expect: works } }]
data:
  - sqlite: { service: app, file: /data/notes.db }
    allow:
      - { table: schema_version, change: values-changed, because: it is the schema's version, until: 2099-12-31 }`,
}).replaceAll('rehearsal-test/app:', `${name}:`)

async function verdictOf(folder: string, path: string): Promise<Verdict> {
  return JSON.parse(await readFile(join(folder, 'upgrade-report', path, 'verdict.json'), 'utf8')) as Verdict
}

/** How often a step was done itself, and not taken over. */
const done = (output: string, title: string) =>
  output.split('\n').filter((line) => line.includes(`✓ `) && line.includes(title)).length

test('paths that begin alike do what they have in common once, and each has its own whole verdict', async () => {
  const folder = await makeFolder({ 'upgrade-rehearsal.yml': config })
  const paths = ['1.0.0..2.0.0', '1.0.0..1.1.0..1.2.0..2.0.0', '1.0.0..1.1.0..2.0.0', '1.0.0..1.1.0..2.1.0']
  const { exitCode, output } = await runCli(folder, ['run', '--path', paths.join(' ')])
  expect(exitCode, output).toBe(20)
  expect(done(output, 'restore seed with app: app seed 10')).toBe(1)
  const [direct, longest, middle, loses] = await Promise.all(paths.map((path) => verdictOf(folder, path)))
  expect(longest).toMatchObject({ verdict: 'compatible', rollback: { restore: 'works' } })
  expect(longest?.shared).toBeUndefined()
  expect(direct).toMatchObject({
    verdict: 'compatible',
    rollback: { restore: 'works' },
    checks: { baseline: { passed: 1 }, target: { passed: 1 } },
    shared: { path: paths[1], runId: longest?.runId, release: '1.0.0' },
  })
  expect(middle).toMatchObject({
    verdict: 'compatible',
    hops: [
      { from: '1.0.0', to: '1.1.0', outcome: 'done' },
      { from: '1.1.0', to: '2.0.0', outcome: 'done' },
    ],
    shared: { path: paths[1], release: '1.1.0' },
  })
  // The way back to the state before has nothing to do with the target, and is the same from there.
  const restore = 'way back "restore": 1.0.0 on the state before the upgrade'
  for (const verdict of [direct, middle]) {
    expect(verdict?.sharedStages).toContainEqual({ path: paths[1], runId: longest?.runId, title: restore })
    expect(verdict?.wayBack.ways.map(({ way, outcome }) => [way, outcome])).toEqual([
      ['image', 'fails'],
      ['restore', 'works'],
    ])
  }
  // Its first hop was made elsewhere, its second one here.
  const journal = await readFile(join(folder, 'upgrade-report', paths[2] as string, 'journal.jsonl'), 'utf8')
  const started = journal.split('\n').filter((line) => line.includes('"step-started"'))
  expect(started.filter((line) => line.includes('"hop1.')).every((line) => line.includes('"shared":true'))).toBe(true)
  expect(started.filter((line) => line.includes('"hop2.')).some((line) => line.includes('"shared"'))).toBe(false)
  // What an upgrade on somebody else's hop does to the data is seen all the same, and tried twice from the baseline.
  expect(loses).toMatchObject({ verdict: 'incompatible', shared: { release: '1.1.0' } })
  expect(loses?.reasons.map(({ code }) => code)).toContain('DATA_LOST')
  for (const verdict of [direct, longest, middle, loses]) expect(await leftovers(verdict?.runId ?? '')).toEqual([])
  // The evidence of what was done elsewhere lies in each report.
  const log = await readFile(join(folder, 'upgrade-report/1.0.0..1.1.0..2.0.0/logs/baseline/app-1.log'), 'utf8').catch(
    (cause) => cause,
  )
  expect(String(log)).toMatch(/\w/)
})

test('two at a time, on a database with a strategy that needs the source running', async () => {
  const files = compose({ from: '1.0.0' })
  const folder = await makeFolder({
    ...files,
    'docker-compose.yml': files['docker-compose.yml'].replaceAll('rehearsal-test/app:', `${name}:`),
    'upgrade-rehearsal.yml': files['upgrade-rehearsal.yml'].replace(
      /path: .*/,
      `path: { to: "2.0.0", policy: advise, stops: ["1.1.0"], releases: { list: ["1.0.0", "1.1.0", "2.0.0"] } }
upgrade: { strategy: steps, steps: [{ exec: { service: db, run: [pg_isready, "--username=notes"] } }, { down: true }, { up: all }] }`,
    ),
    'notes.sql': notesDump(40),
  })
  const { exitCode, output } = await runCli(folder, ['run', '--all', '--jobs', '2'])
  expect(exitCode, output).toBe(0)
  expect(await verdictOf(folder, '1.0.0..2.0.0')).toMatchObject({
    verdict: 'compatible',
    reasons: [],
    shared: { path: '1.0.0..1.1.0..2.0.0', release: '1.0.0' },
  })
})
