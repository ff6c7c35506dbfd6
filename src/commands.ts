import { exitCodes } from './errors.ts'
import type { MergedVerdict } from './merge/merged.ts'
import type { Sink } from './redact/index.ts'
import { planTree } from './reports/index.ts'
import type { Edge, Request } from './request.ts'
import { terminalEdge } from './terminal-edge.ts'
import type { Verdict } from './verdict/verdict.ts'

// What the commands of the command line do; each loads only what it needs, so that a short one stays quick.

export interface RunOptions {
  readonly config?: string
  readonly from?: string
  readonly to?: string
  readonly toImage?: string
  readonly path?: string
  readonly reportDir: string
  readonly strict?: boolean
  readonly keep?: boolean
  readonly reproducible?: boolean
  /** False for --no-cache. */
  readonly cache?: boolean
  readonly capture?: boolean
}

export interface MatrixOptions {
  readonly matrix?: boolean
  readonly tier?: string
  readonly jobs?: string
  readonly durations?: string
}

function requestOf(options: RunOptions): Request {
  const { strict = false, keep = false, cache = true, ...rest } = options
  return { ...rest, strict, keep, noCache: !cache }
}

type Rehearse = (request: Request, edge: Edge) => Promise<Verdict>

const paths: Rehearse = async (request, edge) => {
  const { rehearsePaths } = await import('./rehearse-paths.ts')
  return await rehearsePaths(request, edge)
}

/** Does what an interrupt may end; gives the exit code of its verdict, or else that of the interrupt. */
async function interruptible(
  strict: boolean,
  work: (signal: AbortSignal) => Promise<Pick<Verdict, 'verdict'>>,
): Promise<number> {
  const [{ exitCodeOf }, { onInterrupt }] = await Promise.all([import('./verdict/judge.ts'), import('./interrupt.ts')])
  const interrupt = onInterrupt(process)
  const verdict = await work(interrupt.signal)
  return interrupt.exitCode ?? exitCodeOf(verdict, { strict })
}

/** Rehearses, and gives the exit code. */
export async function run(sink: Sink, options: RunOptions, rehearse = paths): Promise<number> {
  const request = requestOf(options)
  return await interruptible(request.strict, (signal) => rehearse(request, terminalEdge(sink, signal)))
}

/** Rehearses every path on this machine, and gives the exit code of the gravest. */
export async function runAll(sink: Sink, { tier, jobs, ...options }: RunOptions & MatrixOptions): Promise<number> {
  const request = requestOf(options)
  return await interruptible(request.strict, async (signal) => {
    const { rehearseAll } = await import('./rehearse-all.ts')
    const edgeOf = (path: string) => terminalEdge(sink, signal, path)
    const merged = await rehearseAll(request, { tier, jobs, edgeOf }, terminalEdge(sink, signal))
    return tellMerged(sink, merged, request.reportDir)
  })
}

export async function showPlan(sink: Sink, options: Omit<RunOptions, 'reportDir'>): Promise<number> {
  const { readPlan } = await import('./read-plan.ts')
  const plan = await readPlan(requestOf({ reportDir: '', ...options }), process.cwd(), process.env, sink)
  sink.print(planTree(plan))
  return exitCodes.compatible
}

export async function showMatrix(
  sink: Sink,
  { matrix: _, ...options }: Omit<RunOptions, 'reportDir'> & MatrixOptions,
): Promise<number> {
  const { planMatrix } = await import('./plan-matrix.ts')
  const { signal } = new AbortController()
  const edge = { cwd: process.cwd(), env: process.env, sink, signal }
  sink.print(JSON.stringify(await planMatrix(requestOf({ reportDir: '', ...options }), options, edge)))
  return exitCodes.compatible
}

export async function searchBreak(sink: Sink, options: RunOptions): Promise<number> {
  return await interruptible(false, async (signal) => {
    const { bisect } = await import('./rehearse-bisect.ts')
    return await bisect(requestOf(options), terminalEdge(sink, signal))
  })
}

export async function mergeAll(
  sink: Sink,
  folders: readonly string[],
  { strict = false, ...options }: { readonly matrix?: string; readonly reportDir: string; readonly strict?: boolean },
): Promise<number> {
  const [{ merge }, { exitCodeOf }] = await Promise.all([import('./merge/merge.ts'), import('./verdict/judge.ts')])
  const merged = await merge({ folders, ...options }, process.cwd(), sink)
  return exitCodeOf(tellMerged(sink, merged, options.reportDir), { strict })
}

function tellMerged(sink: Sink, merged: MergedVerdict, reportDir: string): MergedVerdict {
  sink.print(`${merged.verdict}: ${merged.paths.length} paths, the report is in ${reportDir}`)
  return merged
}
