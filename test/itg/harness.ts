import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import type { Entry } from '../../src/run/journal.ts'
import type { Verdict } from '../../src/verdict/verdict.ts'

export const root = resolve(import.meta.dirname, '../..')
const cli = join(root, 'dist/cli.cjs')
const call = promisify(execFile)

/** What one run of the real command line left to look at. */
export interface Outcome {
  readonly exitCode: number | null
  readonly output: string
  readonly verdict: Verdict
  /** Codes of the reasons, in order. */
  readonly codes: readonly string[]
  readonly entries: readonly Entry[]
  readonly folder: string
  readonly reports: string
}

export interface Invocation {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Called with each piece of output and the child, for tests that interrupt. */
  readonly onOutput?: (soFar: string, child: ReturnType<typeof spawn>) => void
}

export type Files = Readonly<Record<string, string | Buffer>>

/**
 * A configuration whose test is not about ways back, a second start or a target that dies by itself leaves them out: they would take
 * twice the time.
 */
export function withoutMore(name: string, content: string | Buffer): string | Buffer {
  if (!/^upgrade-rehearsal.*\.ya?ml$/.test(basename(name)) || typeof content !== 'string') return content
  const more = [
    /^rollback:/m.test(content) ? '' : 'rollback: none\n',
    /^ready:/m.test(content) ? '' : 'ready: { twice: false, steady: 0s }\n',
  ]
  const unwatched = content.replace(/^ready: \{(?!.*\b(steady|twice: true)\b)/m, 'ready: { steady: 0s,')
  return `${unwatched.trimEnd()}\n${more.join('')}`
}

/** A new folder with these files; removed when the test ends. */
export async function makeFolder(files: Files): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rehearsal-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), withoutMore(name, content))
  }
  return folder
}

/** Runs the bundled CLI in a folder. */
export async function runCli(folder: string, args: readonly string[], invocation: Invocation = {}) {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', ...invocation.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      output += piece
      invocation.onOutput?.(output, child)
    })
  }
  const exitCode = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done))
  return { exitCode, output }
}

/** A whole rehearsal in a folder of its own. Fails where anything of the run is left on the engine or on disk. */
export async function rehearse(files: Files, invocation: Invocation = {}): Promise<Outcome> {
  const folder = await makeFolder(files)
  return await rehearseIn(folder, invocation)
}

export async function rehearseIn(folder: string, invocation: Invocation = {}): Promise<Outcome> {
  const { exitCode, output } = await runCli(folder, ['run', ...(invocation.args ?? [])], invocation)
  const reports = join(folder, 'upgrade-report')
  const found = await readFile(join(reports, 'verdict.json'), 'utf8').catch(() => undefined)
  if (found === undefined) throw new Error(`no verdict; exit code ${exitCode}\n${output}`)
  const verdict = JSON.parse(found) as Verdict
  const journal = await readFile(join(reports, 'journal.jsonl'), 'utf8').catch(() => '')
  const entries = journal
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Entry)
  const left = await leftovers(verdict.runId)
  if (left.length > 0) throw new Error(`left behind by ${verdict.runId}: ${left.join(', ')}\n${output}`)
  return { exitCode, output, verdict, codes: verdict.reasons.map(({ code }) => code), entries, folder, reports }
}

/** Everything that carries a run's label, and its temporary folder. */
export async function leftovers(runId: string): Promise<string[]> {
  const filter = ['--quiet', '--filter', `label=upgrade-rehearsal.run=${runId}`]
  const lists = await Promise.all(
    [
      ['ps', '--all'],
      ['network', 'ls'],
      ['volume', 'ls'],
    ].map((list) => docker(...list, ...filter)),
  )
  const scratch = join(tmpdir(), `upgrade-rehearsal-${runId}`)
  return [...lists.flatMap((list) => list.split('\n').filter(Boolean)), ...(existsSync(scratch) ? [scratch] : [])]
}

export async function docker(...args: string[]): Promise<string> {
  return (await call('docker', args, { maxBuffer: 64 * 1024 * 1024 })).stdout
}

/** Builds an image from the text of a Dockerfile. From a folder: of one on its standard input, a client leaves a copy on the disk. */
export async function buildImage(dockerfile: string, tag: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rehearsal-test-'))
  try {
    await writeFile(join(folder, 'Dockerfile'), dockerfile)
    await docker('build', '--quiet', '--tag', tag, folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

export async function logFiles(outcome: Outcome): Promise<string[]> {
  return (await readdir(join(outcome.reports, 'logs'), { recursive: true }))
    .filter((name) => name.endsWith('.log'))
    .sort()
}

/** The check entries of one side, `id: outcome`. */
export function checksOf(outcome: Outcome, phase: 'baseline' | 'target'): string[] {
  return outcome.entries.flatMap((entry) =>
    entry.type === 'check' && entry.phase === phase ? [`${entry.check}: ${entry.observation.outcome}`] : [],
  )
}
