import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { MergedVerdict } from '../../src/merge/merged.ts'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { single } from './apps.ts'
import { leftovers, makeFolder } from './harness.ts'
import { runStep } from './runner.ts'
import { inputsOf, matrixOf, readWorkflow, runJob } from './workflow.ts'

const path = 'path: { releases: { list: ["1.0", "1.1", "2.0"] }, step: minor, policy: advise, to: "2.0" }'
const checkout = { 'upgrade-rehearsal.yml': single().replace(/path: .*/, path) }
const read = async <Shape>(...names: string[]) => JSON.parse(await readFile(join(...names), 'utf8')) as Shape

test('the matrix workflow: a plan, a job a path on machines of their own, and a merge that tells of every one', {
  timeout: 600_000,
}, async () => {
  const workflow = await readWorkflow('matrix.yml')
  const { plan, rehearse, merge } = workflow.jobs as Record<'plan' | 'rehearse' | 'merge', never>
  const artifacts = await makeFolder({})
  const context = { inputs: inputsOf(workflow, {}), github: { repository: 'acme/app', sha: 'f'.repeat(40) } }
  const job = (one: never, more = {}, options = {}) =>
    runJob(one, { ...context, ...more }, { checkout, artifacts, ...options })

  const planned = await job(plan)
  expect(planned.exitCode, planned.steps[0]?.output).toBe(0)
  // The same commit has the same jobs: a job that is run again finds its artifact's name.
  expect((await job(plan)).outputs).toEqual(planned.outputs)
  const needs = { plan: { outputs: planned.outputs } }
  const jobs = matrixOf(rehearse, { needs })
  expect(jobs.map(({ id }) => id)).toEqual(['1.0..1.1..2.0', '1.0..2.0', '1.1..2.0'])

  // The first passes, the second dies in the middle, the third never reports.
  const passed = await job(rehearse, { matrix: jobs[0] })
  expect(passed.exitCode, passed.steps[0]?.output).toBe(0)
  const killed = await job(
    rehearse,
    { matrix: jobs[1] },
    {
      onOutput: (soFar: string, kill: (signal: string) => void) => {
        if (/✓ 2\.\d+ +the running images/.test(soFar)) kill('SIGKILL')
      },
    },
  )
  expect(killed.exitCode, killed.steps[0]?.output).toBeNull()
  const cut = await read<Verdict>(artifacts, 'upgrade-report-1.0..2.0/verdict.json')
  expect(cut).toMatchObject({ verdict: 'inconclusive', reasons: [{ code: 'CANCELLED' }] })
  expect(await leftovers(cut.runId)).toEqual([])

  const merged = await job(merge, { needs })
  expect([merged.exitCode, merged.outputs], merged.steps[0]?.output).toEqual([21, { verdict: 'inconclusive' }])
  expect(merged.steps[0]?.outputs.reasons?.split(',')).toEqual(['NOT_RUN', 'CANCELLED'])
  const told = await read<MergedVerdict>(artifacts, 'upgrade-matrix-report/verdict.json')
  expect(told.paths.map((one) => [one.path, one.verdict])).toEqual([
    ['1.0..2.0', 'inconclusive'],
    ['1.0..1.1..2.0', 'compatible'],
    ['1.1..2.0', 'not-run'],
  ])
  expect(merged.steps[0]?.summary).toContain('| **1.1** | ⬜ not run |')

  // Both are run again, and all is well.
  for (const name of ['upgrade-report-1.0..2.0', 'upgrade-matrix-report']) {
    await rm(join(artifacts, name), { recursive: true })
  }
  for (const matrix of jobs.slice(1)) {
    const again = await job(rehearse, { matrix })
    expect(again.exitCode, again.steps[0]?.output).toBe(0)
  }
  const whole = await job(merge, { needs })
  expect([whole.exitCode, whole.outputs], whole.steps[0]?.output).toEqual([0, { verdict: 'compatible' }])
})

test('all paths in one step, two at a time, are one merged report', { timeout: 300_000 }, async () => {
  const workspace = await makeFolder(checkout)
  const inputs = { all: 'true', jobs: '2', tier: 'pr' }
  const step = await runStep('main', workspace, inputs)
  expect(step.exitCode, step.output).toBe(0)
  expect(step.outputs).toMatchObject({ verdict: 'compatible', 'report-dir': join(workspace, 'upgrade-report') })
  expect(step.summary).toContain('3 compatible.')
  const { paths } = await read<MergedVerdict>(step.outputs['verdict-path'] as string)
  expect(paths.map((one) => one.path).sort()).toEqual(['1.0..1.1..2.0', '1.0..2.0', '1.1..2.0'])
  // Whichever of them is cut off, the post step finds it.
  expect(step.state['run-id']?.split(' ')).toHaveLength(3)
  expect(step.output).toContain('1.1..2.0 | COMPATIBLE')
})
