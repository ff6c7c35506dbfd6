import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'

/** How one process fared: wall-clock milliseconds and the peak of its own resident memory in bytes. */
export interface Measured {
  readonly ms: number
  readonly peakBytes: number
  /** What it printed there, its last 20,000 characters. */
  readonly stdout: string
}

/** Runs a command to its end. Throws with what it printed when its exit code is not the expected one, 0. */
export async function measure(
  argv: readonly string[],
  { exitCode = 0, ...options }: { cwd?: string; env?: NodeJS.ProcessEnv; exitCode?: number } = {},
): Promise<Measured> {
  const startedAt = performance.now()
  const child = spawn(argv[0] as string, argv.slice(1), { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, output] = ['', '']
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      output = (output + piece).slice(-20_000)
      if (stream === child.stdout) stdout = (stdout + piece).slice(-20_000)
    })
  }
  const ended = new AbortController()
  const peak = watchPeak(child.pid as number, ended.signal)
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done))
  const ms = performance.now() - startedAt
  ended.abort()
  if (code !== exitCode) throw new Error(`${argv.join(' ')} ended with exit code ${code}\n${output}`)
  return { ms, peakBytes: await peak, stdout }
}

/** The kernel's own high-water mark, which only grows: what is missed is at most the last moment's. */
async function watchPeak(pid: number, ended: AbortSignal): Promise<number> {
  let peak = 0
  while (!ended.aborted) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024)
    await setTimeout(20)
  }
  return peak
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** Runs A and B in turn, so that both meet the same weather; the median of the ratios A/B, pair by pair. */
export async function pairedRatio(rounds: number, a: () => Promise<number>, b: () => Promise<number>) {
  const pairs: (readonly [number, number])[] = []
  for (let round = 0; round < rounds; round++) {
    // Which one goes first changes, or a warmer cache would always help the same one.
    const first = round % 2 === 0
    const one = first ? await a() : await b()
    const other = first ? await b() : await a()
    pairs.push(first ? [one, other] : [other, one])
  }
  return {
    ratio: median(pairs.map(([left, right]) => left / right)),
    a: median(pairs.map(([left]) => left)),
    b: median(pairs.map(([, right]) => right)),
  }
}
