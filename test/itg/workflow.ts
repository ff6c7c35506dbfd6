import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readFile } from 'node:fs/promises'
import { join, matchesGlob } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { type Files, makeFolder, root } from './harness.ts'
import { checkedOut, type Ended, runStep, type StepOptions } from './runner.ts'

interface Step {
  readonly id?: string
  readonly if?: string
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, string>>
}

interface Job {
  readonly outputs?: Readonly<Record<string, string>>
  readonly strategy?: { readonly matrix: string }
  readonly steps: readonly Step[]
}

interface Workflow {
  readonly on: { readonly workflow_call: { readonly inputs: Readonly<Record<string, { readonly default: string }>> } }
  readonly jobs: Readonly<Record<string, Job>>
}

/** What expressions may name: `inputs`, `needs`, `matrix`, `steps`, `github`. */
export interface Context {
  readonly [name: string]: string | Context | undefined
}

export async function readWorkflow(name: string): Promise<Workflow> {
  return parse(await readFile(join(root, '.github/workflows', name), 'utf8')) as Workflow
}

/** Inputs of a call, with those that the caller leaves out. */
export function inputsOf({ on }: Workflow, given: Readonly<Record<string, string>>): Context {
  const defaults = Object.entries(on.workflow_call.inputs).map(([name, input]) => [name, input.default])
  return { ...Object.fromEntries(defaults), ...given }
}

/** Text with its expressions filled in; only what the workflows here use: a name, or the first of several that is not empty. */
export function fill(text: string, context: Context): string {
  return text.replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => {
    const values = expression.split(' || ').map((name) => lookup(name.trim(), context))
    return values.find((value) => value !== '') ?? ''
  })
}

function lookup(name: string, context: Context): string {
  if (!/^[\w.-]+$/.test(name)) throw new Error(`the test can't read the expression "${name}"`)
  let found: string | Context | undefined = context
  for (const part of name.split('.')) found = typeof found === 'object' ? found[part] : undefined
  return typeof found === 'string' ? found : ''
}

/** The jobs that a matrix makes, each as `matrix` in its expressions. */
export function matrixOf({ strategy }: Job, context: Context): Context[] {
  const json = /^\$\{\{ fromJSON\((.*)\) \}\}$/.exec(strategy?.matrix ?? '')?.[1] ?? ''
  return (JSON.parse(lookup(json, context)) as { include: Context[] }).include
}

export interface JobRun {
  readonly steps: readonly Ended[]
  readonly outputs: Readonly<Record<string, string>>
  /** That of the first step that failed. */
  readonly exitCode: number | null
}

/** Runs one job as a runner does: an empty machine, its steps in order, artifacts in a folder. */
export async function runJob(
  job: Job,
  context: Context,
  { checkout, artifacts, ...options }: StepOptions & { readonly checkout: Files; readonly artifacts: string },
): Promise<JobRun> {
  const workspace = await makeFolder({})
  const ended: Ended[] = []
  const outputs: Record<string, Context> = {}
  let exitCode: number | null = 0
  for (const step of job.steps) {
    if (exitCode !== 0 && step.if !== 'always()') continue
    if (step.if !== undefined && step.if !== 'always()' && !holds(step.if, context)) continue
    const filled = Object.entries(step.with ?? {}).map(([key, value]) => [key, fill(String(value), context)])
    const inputs = Object.fromEntries(filled) as Record<string, string>
    const [action = ''] = (step.uses ?? '').split('@')
    if (action === 'actions/checkout') {
      if (inputs.path) await checkedOut(join(workspace, inputs.path))
      else await cp(await makeFolder(checkout), workspace, { recursive: true })
    } else if (action === 'actions/upload-artifact') {
      const into = join(artifacts, inputs.name as string)
      await cp(join(workspace, inputs.path as string), into, { recursive: true, errorOnExist: true, force: false })
    } else if (action === 'actions/download-artifact') {
      const names = (await readdir(artifacts)).filter((name) => matchesGlob(name, inputs.pattern as string))
      for (const name of names) {
        await mkdir(join(workspace, inputs.path as string), { recursive: true })
        await cp(join(artifacts, name), join(workspace, inputs.path as string, name), { recursive: true })
      }
    } else if (action.startsWith('./')) {
      const from = { ...options, action: join(workspace, action) }
      const main = await runStep('main', workspace, inputs, from)
      const post = await runStep('post', workspace, inputs, { ...from, state: main.state })
      ended.push(main, post)
      if (step.id) outputs[step.id] = { outputs: main.outputs }
      if (exitCode === 0) exitCode = main.exitCode
    } else if (step.run) await promisify(execFile)('bash', ['-ec', step.run], { cwd: workspace })
    else throw new Error(`the test knows no step "${step.uses}"`)
  }
  const all = { ...context, steps: outputs }
  const told = Object.entries(job.outputs ?? {}).map(([name, value]) => [name, fill(value, all)])
  return { steps: ended, outputs: Object.fromEntries(told), exitCode }
}

function holds(condition: string, context: Context): boolean {
  const [, name] = /^([\w.-]+) != ''$/.exec(condition) ?? []
  if (name === undefined) throw new Error(`the test can't read the condition "${condition}"`)
  return lookup(name, context) !== ''
}
