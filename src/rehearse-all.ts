import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import pLimit from 'p-limit'
import { jobId } from './matrix/matrix.ts'
import { merge } from './merge/merge.ts'
import type { MergedVerdict } from './merge/merged.ts'
import { jobsOf, planMatrix } from './plan-matrix.ts'
import { rehearse } from './rehearse.ts'
import { requireOnePath } from './rehearse-paths.ts'
import type { Edge, Request } from './request.ts'
import { makeScratch, newRunId } from './stack/scratch.ts'
import { readPathId, readPathIds } from './versions/index.ts'

/** How the paths are rehearsed beside each other. */
export interface AllRequest {
  readonly tier?: string | undefined
  /** How many at a time. */
  readonly jobs?: string | undefined
  /** How one of them is shown while others run. */
  readonly edgeOf: (path: string) => Edge
}

/**
 * Rehearses every path of the matrix on this machine, some side by side, and merges their reports. What starts from the
 * same release starts from one restored baseline, where that may be kept. Throws CONFIG, USAGE and PULL_….
 */
export async function rehearseAll(request: Request, all: AllRequest, edge: Edge): Promise<MergedVerdict> {
  const jobs = jobsOf(all.jobs, 1)
  const matrix = await planMatrix(request, { tier: all.tier }, edge)
  const paths = matrix.include.flatMap((job) => readPathIds(job.paths))
  requireOnePath(request, paths.length)
  const file = join(resolve(edge.cwd, request.reportDir), 'matrix.json')
  await edge.sink.writeFile(file, JSON.stringify(matrix))
  edge.print(`${paths.length} paths, ${jobs} at a time: ${paths.join(', ')}`)
  const baseline = await makeScratch(newRunId())
  const limit = pLimit(jobs)
  const one = (path: string) =>
    limit(async () => {
      // What was not begun has no report, and so is not run.
      if (edge.signal.aborted) return
      const reportDir = join(request.reportDir, jobId(path))
      const { verdict, reasons } = await rehearse({ ...request, path, reportDir, baseline }, all.edgeOf(path))
      edge.print(`${path}: ${[verdict, reasons[0]?.code].filter(Boolean).join(' ')}`)
    })
  try {
    const sources = Map.groupBy(paths, (path) => readPathId(path).from)
    const ended = await Promise.all(
      [...sources.values()].map(async ([first = '', ...others]) => {
        // The first one restores for all.
        const begun = await Promise.allSettled([one(first)])
        return [...begun, ...(await Promise.allSettled(others.map(one)))]
      }),
    )
    const failed = ended.flat().find((outcome) => outcome.status === 'rejected')
    if (failed) throw failed.reason
    return await merge(
      { folders: [request.reportDir], matrix: file, reportDir: request.reportDir },
      edge.cwd,
      edge.sink,
    )
  } finally {
    await rm(baseline, { recursive: true, force: true })
  }
}
