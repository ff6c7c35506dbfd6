import { join, resolve } from 'node:path'
import { merge } from './merge/merge.ts'
import type { MergedVerdict } from './merge/merged.ts'
import { jobsOf, planMatrix } from './plan-matrix.ts'
import { requireOnePath } from './rehearse-paths.ts'
import { rehearseTree } from './rehearse-tree.ts'
import type { Edge, Request } from './request.ts'
import { readPathIds } from './versions/index.ts'

/** How the paths are rehearsed beside each other. */
export interface AllRequest {
  readonly tier?: string | undefined
  /** How many at a time. */
  readonly jobs?: string | undefined
  /** How one of them is shown while others run. */
  readonly edgeOf: (path: string) => Edge
}

/** Rehearses every path of the matrix on this machine and merges their reports. Throws CONFIG, USAGE and PULL_…. */
export async function rehearseAll(request: Request, all: AllRequest, edge: Edge): Promise<MergedVerdict> {
  const jobs = jobsOf(all.jobs, 1)
  const matrix = await planMatrix(request, { tier: all.tier }, edge)
  const paths = matrix.include.flatMap((job) => readPathIds(job.paths))
  requireOnePath(request, paths.length)
  const file = join(resolve(edge.cwd, request.reportDir), 'matrix.json')
  await edge.sink.writeFile(file, JSON.stringify(matrix))
  edge.print(`${paths.length} paths, ${jobs} at a time: ${paths.join(', ')}`)
  await rehearseTree(request, { paths, jobs, edgeOf: all.edgeOf })
  return await merge({ folders: [request.reportDir], matrix: file, reportDir: request.reportDir }, edge.cwd, edge.sink)
}
