import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { single } from './apps.ts'
import { leftovers, makeFolder } from './harness.ts'
import { manifest, runStep } from './runner.ts'

test('the Action runs on Node 24, and its post step always', () => {
  expect(manifest.runs).toMatchObject({ using: 'node24', 'post-if': 'always()' })
  expect(process.version).toMatch(/^v24\./)
})

test('a passing rehearsal sets every output, the summary, and leaves nothing for post', async () => {
  const workspace = await makeFolder({ 'upgrade-rehearsal.yml': single() })
  const job = await runStep('main', workspace, { 'report-dir': 'reports' })
  expect(job.exitCode, job.output).toBe(0)
  expect(job.outputs).toMatchObject({
    verdict: 'compatible',
    reasons: '',
    from: '1.0',
    to: '2.0',
    'report-dir': join(workspace, 'reports'),
    'junit-path': join(workspace, 'reports/junit.xml'),
    'verdict-path': join(workspace, 'reports/verdict.json'),
  })
  expect(JSON.parse(job.outputs.rollback as string)).toEqual({ image: 'not-run', restore: 'not-run' })
  expect(Object.keys(manifest.outputs)).toEqual(expect.arrayContaining(Object.keys(job.outputs)))
  expect(job.summary).toContain('compatible: notes 1.0 → 2.0')
  expect(job.output).toMatch(/^::group::.*baseline 1\.0/m)
  const runId = job.state['run-id'] as string
  expect(JSON.parse(await readFile(job.outputs['verdict-path'] as string, 'utf8')).runId).toBe(runId)
  const post = await runStep('post', workspace, {}, { state: job.state })
  expect(post.exitCode, post.output).toBe(0)
  expect(post.output).toContain('removed 0 containers')
})

test('a regression is annotated, and what the application prints is no command', async () => {
  const smoke =
    '\n  - http: { get: /notes, json: { $.total: 10 } }\n  - suite: { run: "echo ::error::from the suite; echo ::add-mask::x" }'
  const workspace = await makeFolder({ 'upgrade-rehearsal.yml': single({ smoke }) })
  const job = await runStep('main', workspace, { to: '2.0-loses-data' })
  expect(job.exitCode, job.output).toBe(20)
  expect(job.outputs.verdict).toBe('incompatible')
  expect(job.outputs.reasons).toBe('SMOKE_REGRESSION')
  expect(job.output).toMatch(/^::error title=.*http GET \/notes/m)
  const lines = job.output.split('\n')
  const printed = lines.findIndex((line) => line.includes('from the suite') && !line.includes('echo'))
  expect(printed).toBeGreaterThan(0)
  const stopped = lines.slice(0, printed).findLast((line) => /^::stop-commands::|^::[0-9a-f]{32}::$/.test(line))
  expect(stopped).toMatch(/^::stop-commands::[0-9a-f]{32}$/)
})

test.each([
  [{ strict: 'yes' }, 'the input "strict" is "yes"'],
  [{ capture: 'yes' }, 'the input "capture" is "yes"; write true or false'],
  [{ capture: 'true', command: 'bump' }, 'the input "capture" is of the command run, and "command" is "bump"'],
  [{ command: 'rn' }, 'the input "command" is "rn"'],
  [{ all: 'True' }, 'the input "all" is "True"'],
  [{ all: 'true', command: 'bump' }, 'the input "all" is for the command "run"'],
  [{ to: '' }, 'nothing'],
])('the inputs %o are refused in words', async (inputs, says) => {
  const workspace = await makeFolder({ 'upgrade-rehearsal.yml': single().replace(/path: .*\n/, '') })
  const job = await runStep('main', workspace, inputs)
  expect(job.exitCode, job.output).toBe(64)
  expect(job.output).toContain(says === 'nothing' ? 'which version is the target?' : says)
})

test('post removes what a killed main step left', async () => {
  const workspace = await makeFolder({
    'upgrade-rehearsal.yml': single({ smoke: '\n  - http: { get: "/slow?ms=20000" }' }),
  })
  const job = await runStep(
    'main',
    workspace,
    {},
    {
      onOutput: (soFar, kill) => {
        if (/✓ 2\.\d+ +the running images/.test(soFar)) kill('SIGKILL')
      },
    },
  )
  const runId = job.state['run-id'] as string
  expect((await leftovers(runId)).length, job.output).toBeGreaterThan(3)
  const verdict = JSON.parse(await readFile(join(workspace, 'upgrade-report/verdict.json'), 'utf8'))
  expect(verdict).toMatchObject({ verdict: 'inconclusive', reasons: [{ code: 'CANCELLED' }] })
  const post = await runStep('post', workspace, {}, { state: job.state })
  expect(post.exitCode, post.output).toBe(0)
  expect(await leftovers(runId)).toEqual([])
})
