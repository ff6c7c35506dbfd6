import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { single } from './apps.ts'
import { leftovers, makeFolder, root } from './harness.ts'

interface Manifest {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>
  readonly outputs: Readonly<Record<string, unknown>>
  readonly runs: { readonly using: string; readonly main: string; readonly post: string; readonly 'post-if'?: string }
}

interface Job {
  readonly exitCode: number | null
  readonly output: string
  /** What the step wrote for the runner: outputs, state, summary. */
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  readonly summary: string
}

const manifest = parse(await readFile(join(root, 'action.yml'), 'utf8')) as Manifest

/** Files in the runner's own format: NAME<<DELIMITER, value, DELIMITER. */
function parseCommandFile(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^(.+?)<<(.+)\n([\s\S]*?)\n\2$/gm)].map((match) => [match[1] as string, match[3] as string]),
  )
}

/** Runs one entry as a runner does: from action.yml, inputs and files by environment, in a folder of no importance. */
async function runStep(
  entry: 'main' | 'post',
  workspace: string,
  inputs: Readonly<Record<string, string>>,
  state: Readonly<Record<string, string>> = {},
  onOutput: (soFar: string, kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
): Promise<Job> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = async (name: string) => {
    await writeFile(join(folder, name), '')
    return join(folder, name)
  }
  const defaults = Object.entries(manifest.inputs).map(([name, { default: value }]) => [name, value ?? ''] as const)
  const given = Object.fromEntries(
    [...defaults, ...Object.entries(inputs)].map(([name, value]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      value,
    ]),
  )
  const empty = join(folder, 'elsewhere')
  await mkdir(empty)
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: workspace,
    GITHUB_OUTPUT: await file('output'),
    GITHUB_STATE: await file('state'),
    GITHUB_STEP_SUMMARY: await file('summary'),
    ...given,
    ...Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value])),
  }
  const child = spawn(process.execPath, [resolve(root, manifest.runs[entry])], {
    cwd: empty,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      output += piece
      onOutput(output, (signal) => child.kill(signal))
    })
  }
  const exitCode = await new Promise<number | null>((done) => child.once('close', done))
  const read = async (name: string) => await readFile(join(folder, name), 'utf8')
  return {
    exitCode,
    output,
    outputs: parseCommandFile(await read('output')),
    state: parseCommandFile(await read('state')),
    summary: await read('summary'),
  }
}

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
  const post = await runStep('post', workspace, {}, job.state)
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
  const job = await runStep('main', workspace, {}, {}, (soFar, kill) => {
    if (/✓ 2\.\d+ +the running images/.test(soFar)) kill('SIGKILL')
  })
  const runId = job.state['run-id'] as string
  expect((await leftovers(runId)).length, job.output).toBeGreaterThan(3)
  const verdict = JSON.parse(await readFile(join(workspace, 'upgrade-report/verdict.json'), 'utf8'))
  expect(verdict).toMatchObject({ verdict: 'inconclusive', reasons: [{ code: 'CANCELLED' }] })
  const post = await runStep('post', workspace, {}, job.state)
  expect(post.exitCode, post.output).toBe(0)
  expect(await leftovers(runId)).toEqual([])
})
