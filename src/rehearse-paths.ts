import { join } from 'node:path'
import { RehearsalError } from './errors.ts'
import { jobId } from './matrix/matrix.ts'
import { rehearse } from './rehearse.ts'
import type { Edge, Request } from './request.ts'
import type { Outcome, Verdict } from './verdict/verdict.ts'
import { readPathIds } from './versions/index.ts'

const gravest: readonly Outcome[] = ['incompatible', 'inconclusive', 'compatible-with-warnings', 'compatible']

/** Rehearses what the request names: one path, or several one after another, each with a report folder of its own. Gives the gravest verdict. */
export async function rehearsePaths(request: Request, edge: Edge): Promise<Verdict> {
  const ids = request.path === undefined ? [] : readPathIds(request.path)
  const [only] = ids
  if (ids.length < 2) return await rehearse(only === undefined ? request : { ...request, path: only }, edge)
  requireOnePath(request, ids.length)
  let worst: Verdict | undefined
  for (const path of ids) {
    edge.print('')
    const verdict = await rehearse({ ...request, path, reportDir: join(request.reportDir, jobId(path)) }, edge)
    if (!worst || gravest.indexOf(verdict.verdict) < gravest.indexOf(worst.verdict)) worst = verdict
    // What was interrupted goes no further; what is left out has no report, and so is not run.
    if (edge.signal.aborted) break
  }
  return worst as Verdict
}

/** Several paths may end at one target, whose fixture could be of one of them only. Throws USAGE. */
export function requireOnePath({ capture }: Request, paths: number): void {
  if (!capture || paths === 1) return
  const hint = 'choose the one that the next rehearsal is to start from, with --path or --from'
  throw new RehearsalError('USAGE', `--capture is of one path, and there are ${paths}`, { hint })
}
