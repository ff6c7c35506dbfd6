import { type ChildProcess, spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { root } from '../root.ts'

export interface Ended {
  readonly code: number
  readonly output: string
  readonly ms: number
}

const running = new Set<ChildProcess>()
// The Node that runs this one, and the tools of this repository, whatever else is installed.
const path = [dirname(process.execPath), join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter)
// Colours are for a terminal; in a kept log they hide the words.
const plain = process.stdout.isTTY ? {} : { NO_COLOR: '1', FORCE_COLOR: undefined }
// The tests start the command line some hundred times; without this each time the whole bundle is read anew.
const cached = { NODE_COMPILE_CACHE: join(tmpdir(), 'upgrade-rehearsal-compiled') }

/** Runs a tool at the top of the repository; its output is kept for later or shown as it comes. Never throws. */
export function start([program, ...args]: readonly [string, ...string[]], output: 'kept' | 'shown'): Promise<Ended> {
  const startedAt = performance.now()
  const stdio = ['ignore', ...(output === 'kept' ? ['pipe', 'pipe'] : ['inherit', 'inherit'])] as (
    | 'ignore'
    | 'pipe'
    | 'inherit'
  )[]
  const child = spawn(program, args, { cwd: root, stdio, env: { ...process.env, ...plain, ...cached, PATH: path } })
  running.add(child)
  const kept: Buffer[] = []
  child.stdout?.on('data', (chunk) => kept.push(chunk))
  child.stderr?.on('data', (chunk) => kept.push(chunk))
  return new Promise((resolve) => {
    const end = (code: number) => {
      running.delete(child)
      resolve({ code, output: Buffer.concat(kept).toString('utf8').trimEnd(), ms: performance.now() - startedAt })
    }
    child.once('error', (error) => {
      kept.push(Buffer.from(error.message))
      end(127)
    })
    // Not "close": something that a test left behind may hold the pipe.
    child.once('exit', (code) => setImmediate(end, code ?? 1))
  })
}

export function stopAll(signal: NodeJS.Signals): void {
  for (const child of running) child.kill(signal)
}
