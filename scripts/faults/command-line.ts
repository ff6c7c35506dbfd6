import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Entry } from '../../src/run/journal.ts'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { root } from '../root.ts'
import type { Reach } from './engine-command.ts'
import type { Ran } from './ran.ts'
import { watchVerdict } from './verdict-watch.ts'

export interface Invocation {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Called with all output so far and the child whenever there is more. */
  readonly onOutput?: (soFar: string, child: ChildProcess) => void
  /** Another engine than the machine's own. */
  readonly reach?: Reach
  /** Another program of this repository than the command line. */
  readonly program?: string
  /** Where the report goes; below the project's folder unless it is a whole path. */
  readonly reports?: string
}

export interface Place {
  readonly folder: string
  /** What the programs take for the machine's folder of temporary files. */
  readonly temporary: string
}

const running = new Set<ChildProcess>()

/** Ends what runs, so that it removes what it made. */
export function stopAll(signal: NodeJS.Signals): void {
  for (const child of running) child.kill(signal)
}

/** Runs the built command line as a user does, and gives what it left, and what was wrong with its verdict on the way. */
export async function runCommandLine(
  { folder, temporary }: Place,
  command: readonly string[],
  invocation: Invocation = {},
): Promise<Ran & { readonly complaints: readonly string[] }> {
  const { args = [], env = {}, onOutput, reach, program = 'dist/cli.cjs', reports = 'upgrade-report' } = invocation
  const report = resolve(folder, reports)
  const argv = [...(reach?.prefix ?? []), process.execPath, join(root, program), ...command, ...args]
  const startedAt = performance.now()
  const child = spawn(argv[0] as string, argv.slice(1), {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', TMPDIR: temporary, ...reach?.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const rehearses = command[0] === 'run' && !args.includes('--dry-run')
  const watch = rehearses ? watchVerdict(join(report, 'verdict.json')) : undefined
  const memory = watchMemory(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      output += piece
      onOutput?.(output, child)
    })
  }
  const exitCode = await new Promise<number | null>((done, fail) => {
    child.once('error', fail)
    child.once('close', done)
  })
  running.delete(child)
  const ms = performance.now() - startedAt
  const text = await readFile(join(report, 'verdict.json'), 'utf8').catch(() => undefined)
  const verdict = text === undefined ? undefined : parsed<Verdict>(text)
  const complaints = (await watch?.end(verdict?.verdict)) ?? []
  const journal = await readFile(join(report, 'journal.jsonl'), 'utf8').catch(() => '')
  const entries = journal.split('\n').flatMap((line) => parsed<Entry>(line) ?? [])
  return { exitCode, output, verdict, entries, reports: report, ms, peak: memory.end(), complaints }
}

/** A line that a full disk or a kill cut off is none. */
function parsed<Value>(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value
  } catch {
    return undefined
  }
}

function watchMemory(child: ChildProcess): { end(): number } {
  let peak = 0
  const look = async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
    peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024)
  }
  const watching = setInterval(() => void look(), 100)
  return {
    end: () => {
      clearInterval(watching)
      return peak
    },
  }
}
