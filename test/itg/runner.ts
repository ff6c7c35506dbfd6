import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { root } from './harness.ts'

interface Manifest {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>
  readonly outputs: Readonly<Record<string, unknown>>
  readonly runs: { readonly using: string; readonly main: string; readonly post: string; readonly 'post-if'?: string }
}

/** What a step left for the runner. */
export interface Ended {
  readonly exitCode: number | null
  readonly output: string
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  readonly summary: string
}

export interface StepOptions {
  /** What the main step saved for the post step. */
  readonly state?: Readonly<Record<string, string>>
  /** What the runner tells of the event. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Where the Action is checked out; by default it is run where it was built. */
  readonly action?: string
  readonly onOutput?: (soFar: string, kill: (signal: NodeJS.Signals) => void) => void
}

export const manifest = parse(await readFile(join(root, 'action.yml'), 'utf8')) as Manifest

/** The Action as a workflow checks it out: what is committed of it, and nothing that only development needs. */
export async function checkedOut(into: string): Promise<string> {
  await mkdir(into, { recursive: true })
  for (const name of ['action.yml', 'dist']) await cp(join(root, name), join(into, name), { recursive: true })
  return into
}

/** Files in the runner's own format: NAME<<DELIMITER, value, DELIMITER. A later value takes an earlier one's place. */
function parseCommandFile(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^(.+?)<<(.+)\n([\s\S]*?)\n\2$/gm)].map((match) => [match[1] as string, match[3] as string]),
  )
}

/** Runs one entry as a runner does: from action.yml, inputs and files by environment, in a folder of no importance. */
export async function runStep(
  entry: 'main' | 'post',
  workspace: string,
  inputs: Readonly<Record<string, string>>,
  { state = {}, env = {}, action = root, onOutput }: StepOptions = {},
): Promise<Ended> {
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
  const child = spawn(process.execPath, [resolve(action, manifest.runs[entry])], {
    cwd: empty,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: workspace,
      GITHUB_OUTPUT: await file('output'),
      GITHUB_STATE: await file('state'),
      GITHUB_STEP_SUMMARY: await file('summary'),
      ...env,
      ...given,
      ...Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value])),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      output += piece
      onOutput?.(output, (signal) => child.kill(signal))
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
