import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Job, Matrix } from '../../src/matrix/matrix.ts'
import type { MergedVerdict } from '../../src/merge/merged.ts'
import { single } from './apps.ts'
import { leftovers, makeFolder, runCli } from './harness.ts'

const path = 'path: { releases: { list: ["1.0", "1.1", "2.0"] }, step: minor, policy: advise, to: "2.0" }'
const checkout = { 'upgrade-rehearsal.yml': single().replace(/path: .*/, path) }

/** One job on a machine of its own: it has a fresh checkout, its line of the matrix, and nothing else. */
async function runJob(job: Job, artifacts: string, invocation: Parameters<typeof runCli>[2] = {}) {
  const folder = await makeFolder(checkout)
  const ended = await runCli(folder, ['run', '--path', job.paths], invocation)
  // What a workflow does always: upload the report, whatever there is of it.
  await cp(join(folder, 'upgrade-report'), join(artifacts, `report-${job.id}`), { recursive: true })
  return ended
}

async function planned(args: readonly string[] = []): Promise<Matrix> {
  const { exitCode, output } = await runCli(await makeFolder(checkout), ['plan', '--matrix', ...args])
  expect(exitCode, output).toBe(0)
  return JSON.parse(output) as Matrix
}

async function merged(artifacts: string, matrix: Matrix) {
  const folder = await makeFolder({ 'matrix.json': JSON.stringify(matrix) })
  await cp(artifacts, join(folder, 'reports'), { recursive: true })
  const { exitCode, output } = await runCli(folder, ['merge', 'reports', '--matrix', 'matrix.json'])
  const read = (name: string) => readFile(join(folder, 'upgrade-report', name), 'utf8')
  const verdict = JSON.parse(await read('verdict.json')) as MergedVerdict
  return { exitCode, output, verdict, summary: await read('summary.md'), junit: await read('junit.xml') }
}

test('a plan, a job a path on machines of their own, and a merge, as a workflow does it', {
  timeout: 300_000,
}, async () => {
  const matrix = await planned()
  expect(matrix.include.map(({ id, paths }) => [id, paths])).toEqual([
    ['1.0..1.1..2.0', '1.0..1.1..2.0'],
    ['1.0..2.0', '1.0..2.0'],
    ['1.1..2.0', '1.1..2.0'],
  ])
  const [advised, direct, last] = matrix.include as [Job, Job, Job]
  const artifacts = await makeFolder({ '.keep': '' })
  for (const job of [advised, direct]) {
    const { exitCode, output } = await runJob(job, artifacts)
    expect(exitCode, output).toBe(0)
  }

  // The third never reports.
  const missing = await merged(artifacts, matrix)
  expect(missing.exitCode, missing.output).toBe(21)
  expect(missing.verdict).toMatchObject({
    verdict: 'inconclusive',
    reasons: [{ code: 'NOT_RUN', where: '1.1..2.0 · job' }],
  })
  expect(missing.summary).toContain('| **1.1** | ⬜ not run |')
  expect(missing.summary).toContain('upgrade-rehearsal run --path 1.1..2.0')
  expect(missing.summary).toContain('1.0 → 2.0 works directly too: the stop at 1.1 was not needed with this data.')
  expect(missing.junit).toContain('type="NOT_RUN"')

  // It dies in the middle: what it leaves says so.
  const killed = await runJob(last, artifacts, {
    onOutput: (soFar, child) => {
      if (/✓ 2\.\d+ /.test(soFar)) child.kill('SIGKILL')
    },
  })
  expect(killed.exitCode).toBeNull()
  const cut = JSON.parse(await readFile(join(artifacts, `report-${last.id}`, 'verdict.json'), 'utf8')) as {
    runId: string
  }
  const clean = async () => await runCli(artifacts, ['clean', '--run', cut.runId])
  onTestFinished(async () => void (await clean()))
  const died = await merged(artifacts, matrix)
  expect(died.exitCode, died.output).toBe(21)
  expect(died.verdict.paths.find((one) => one.path === last.id)).toMatchObject({
    verdict: 'inconclusive',
    reasons: [{ code: 'CANCELLED' }],
  })
  await clean()
  expect(await leftovers(cut.runId)).toEqual([])

  // It is run again, and all is well.
  const again = await runJob(last, artifacts)
  expect(again.exitCode, again.output).toBe(0)
  const whole = await merged(artifacts, matrix)
  expect(whole.exitCode, whole.output).toBe(0)
  expect(whole.verdict.paths.map(({ path: id, verdict }) => [id, verdict])).toEqual([
    ['1.0..2.0', 'compatible'],
    ['1.0..1.1..2.0', 'compatible'],
    ['1.1..2.0', 'compatible'],
  ])

  // The next plan knows how long each took.
  const old = await makeFolder({ 'verdict.json': JSON.stringify(whole.verdict) })
  const next = await planned(['--durations', join(old, 'verdict.json'), '--tier', 'pr'])
  expect(next.include.every(({ minutes }) => (minutes ?? 0) > 0)).toBe(true)
  expect(next.include.map(({ id }) => id).toSorted()).toEqual(['1.0..1.1..2.0', '1.0..2.0', '1.1..2.0'])
})

test('a job with several paths rehearses each, and its exit code is that of the gravest', {
  timeout: 300_000,
}, async () => {
  const matrix: Matrix = { include: [{ id: 'shard-001', paths: '1.0..2.0-crash 1.0..1.1' }] }
  const artifacts = await makeFolder({ '.keep': '' })
  const ended = await runJob(matrix.include[0] as Job, artifacts)
  expect(ended.exitCode, ended.output).toBe(20)
  const { exitCode, verdict } = await merged(artifacts, matrix)
  expect(exitCode).toBe(20)
  expect(verdict.paths.map((one) => [one.path, one.verdict, one.report])).toEqual([
    ['1.0..1.1', 'compatible', 'reports/report-shard-001/1.0..1.1'],
    ['1.0..2.0-crash', 'incompatible', 'reports/report-shard-001/1.0..2.0-crash'],
  ])
})

test('a path that the policy does not permit is told by its job', async () => {
  const folder = await makeFolder({})
  await mkdir(join(folder, 'checkout'))
  const forbidden = path.replace('policy: advise', 'forbidden: [{ version: "1.1", because: "loses notes" }]')
  await writeFile(
    join(folder, 'checkout/upgrade-rehearsal.yml'),
    `${single().replace(/path: .*/, forbidden)}rollback: none\n`,
  )
  const plan = await runCli(join(folder, 'checkout'), ['plan', '--matrix'])
  const matrix = JSON.parse(plan.output) as Matrix
  expect(matrix.include).toEqual([{ id: '1.0....2.0', paths: '1.0....2.0', from: '1.0', to: '2.0' }])
  const job = await runCli(join(folder, 'checkout'), ['run', '--path', '1.0....2.0'])
  expect(job.exitCode, job.output).toBe(20)
  const { verdict } = await merged(join(folder, 'checkout/upgrade-report'), matrix)
  expect(verdict.reasons).toMatchObject([{ code: 'PATH_UNSUPPORTED', message: expect.stringContaining('loses notes') }])
})

test('all paths on one machine, two at a time, are the same report, and each source is restored once', async () => {
  const folder = await makeFolder(checkout)
  const { exitCode, output } = await runCli(folder, ['run', '--all', '--jobs', '2'])
  expect(exitCode, output).toBe(0)
  const read = (name: string) => readFile(join(folder, 'upgrade-report', name), 'utf8')
  const verdict = JSON.parse(await read('verdict.json')) as MergedVerdict
  expect(verdict).toMatchObject({ kind: 'merged', verdict: 'compatible' })
  expect(verdict.paths.map(({ path }) => path).sort()).toEqual(['1.0..1.1..2.0', '1.0..2.0', '1.1..2.0'])
  // A path of each source restores; the other one of 1.0 finds what the first has kept.
  expect(output.match(/✓ .* restore seed with app: app seed 10 +[\d.]+ m?s$/gm)).toHaveLength(2)
  for (const path of ['1.0..1.1..2.0', '1.0..2.0', '1.1..2.0']) {
    expect(output).toContain(`${path} | COMPATIBLE`)
    const { runId } = JSON.parse(await read(`${path}/verdict.json`)) as { runId: string }
    expect(await leftovers(runId)).toEqual([])
  }
})
