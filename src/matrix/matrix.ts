import { createHash } from 'node:crypto'
import { readPathId } from '../versions/index.ts'

/** One job of a CI matrix. */
export interface Job {
  /** Unique in the matrix and fit for the name of an artifact; for a single path always the same. */
  readonly id: string
  /** What `run --path` takes: one name, or several with spaces between them. */
  readonly paths: string
  /** Of a single path. */
  readonly from?: string
  readonly to?: string
  /** How long it took before, where that is known. */
  readonly minutes?: number
}

/** What `strategy.matrix` takes. */
export interface Matrix {
  readonly include: readonly Job[]
}

/** How long paths took before, in milliseconds, by name. */
export type Durations = ReadonlyMap<string, number>

/** The most jobs that GitHub makes of one matrix. */
export const mostJobs = 256
const longestId = 80

/**
 * A job a path, the longest first, so that none of them begins when all others are done. More paths than jobs share
 * them, so that all jobs take about as long. Pure; the same input gives the same matrix.
 */
export function makeMatrix(paths: readonly string[], durations: Durations, jobs: number): Matrix {
  const usual = median([...durations.values()])
  const timed = paths.map((path) => ({ path, ms: durations.get(path) ?? usual }))
  const longestFirst = timed.toSorted((one, other) => other.ms - one.ms)
  if (paths.length <= jobs) return { include: longestFirst.map(({ path }) => ofOne(path, durations.get(path))) }
  const shards = Array.from({ length: jobs }, () => ({ paths: [] as string[], ms: 0 }))
  for (const { path, ms } of longestFirst) {
    const [emptiest] = shards.toSorted((one, other) => one.ms - other.ms || one.paths.length - other.paths.length)
    if (!emptiest) break
    emptiest.paths.push(path)
    emptiest.ms += ms
  }
  return { include: shards.map((shard, index) => ofSeveral(shard, index, durations.size > 0)) }
}

function ofOne(path: string, ms: number | undefined): Job {
  const { from, to } = readPathId(path)
  return { id: jobId(path), paths: path, from, to, ...(ms === undefined ? {} : { minutes: minutes(ms) }) }
}

function ofSeveral(
  shard: { readonly paths: readonly string[]; readonly ms: number },
  index: number,
  timed: boolean,
): Job {
  const id = `shard-${String(index + 1).padStart(3, '0')}`
  return { id, paths: shard.paths.join(' '), ...(timed ? { minutes: minutes(shard.ms) } : {}) }
}

/** A path's name, or a short one of the same path where that would be too long for the name of a file. */
export function jobId(path: string): string {
  const safe = path.replaceAll('+', '_')
  if (safe.length <= longestId) return safe
  const { from, to } = readPathId(path)
  const short = [from, to].map((version) => version.replaceAll('+', '_').slice(0, 30)).join('..')
  return `${short}..${createHash('sha256').update(path).digest('hex').slice(0, 8)}`
}

function minutes(ms: number): number {
  return Math.max(1, Math.ceil(ms / 60_000))
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 1
}
