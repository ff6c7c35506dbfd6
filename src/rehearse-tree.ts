import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { jobId } from './matrix/matrix.ts'
import { rehearse } from './rehearse.ts'
import type { Edge, Request } from './request.ts'
import { Trunk } from './run/trunk.ts'
import { makeScratch, newRunId } from './stack/scratch.ts'
import type { Verdict } from './verdict/verdict.ts'
import { prefixesOf } from './versions/index.ts'

/** How the paths of a tree are rehearsed. */
export interface TreeRequest {
  /** By their names. */
  readonly paths: readonly string[]
  /** How many at a time. */
  readonly jobs: number
  /** How one of them is shown. */
  readonly edgeOf: (path: string) => Edge
}

/**
 * Rehearses several paths as a tree: a baseline or a hop that some have in common is made once, and each has a verdict and
 * a report folder of its own. After an interrupt no further one is begun. Throws CONFIG and USAGE, once all have ended.
 */
export async function rehearseTree(request: Request, { paths, jobs, edgeOf }: TreeRequest): Promise<Verdict[]> {
  const scratch = await makeScratch(newRunId())
  const limit = pLimit(jobs)
  const trunk = new Trunk(scratch, (waiting) => {
    limit.concurrency += waiting
  })
  let begun = 0
  const one = async ({ path, shared }: Branch): Promise<Verdict | undefined> => {
    const edge = edgeOf(path)
    // What was not begun has no report, and so is not run.
    if (edge.signal.aborted && begun > 0) return undefined
    begun += 1
    const reportDir = join(request.reportDir, jobId(path))
    const verdict = await rehearse({ ...request, path, reportDir, trunk, shared }, edge)
    edge.print(`${path}: ${[verdict.verdict, verdict.reasons[0]?.code].filter(Boolean).join(' ')}`)
    return verdict
  }
  try {
    const ended = await Promise.allSettled(
      branches(paths, trunk).map(async (branch) => {
        await branch.ready
        return await limit(one, branch).finally(branch.done)
      }),
    )
    const failed = ended.find((outcome) => outcome.status === 'rejected')
    if (failed) throw failed.reason
    return ended.flatMap((outcome) => (outcome.status === 'fulfilled' ? (outcome.value ?? []) : []))
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** A path of the tree. */
interface Branch {
  readonly path: string
  /** How many of its states others have too. */
  readonly shared: number
  /** Settled once the furthest state that another path makes for it is there, or will never be. */
  readonly ready: Promise<void> | undefined
  readonly done: () => void
}

/** Those with the most hops come first, as most of the others begin like these. */
function branches(paths: readonly string[], trunk: Trunk): Branch[] {
  const longestFirst = paths.toSorted((one, other) => prefixesOf(other).length - prefixesOf(one).length)
  const all = paths.flatMap(prefixesOf)
  return longestFirst.map((path) => {
    const prefixes = prefixesOf(path)
    const shared = prefixes.filter((prefix) => all.indexOf(prefix) !== all.lastIndexOf(prefix))
    const own = shared.filter((prefix) => trunk.claim(prefix))
    const awaited = shared.findLast((prefix) => !own.includes(prefix))
    return {
      path,
      shared: shared.length,
      ready: awaited === undefined ? undefined : trunk.settled(awaited),
      // Whoever waits for what was never reached does it himself.
      done: () => {
        for (const prefix of own) trunk.settle(prefix)
      },
    }
  })
}
