import { RehearsalError } from './errors.ts'
import { rehearse } from './rehearse.ts'
import { rehearseTree } from './rehearse-tree.ts'
import type { Edge, Request } from './request.ts'
import type { Outcome, Verdict } from './verdict/verdict.ts'
import { readPathIds } from './versions/index.ts'

const gravest: readonly Outcome[] = ['incompatible', 'inconclusive', 'compatible-with-warnings', 'compatible']

/** Rehearses what the request names: one path, or several one after another, each with a report folder of its own. Gives the gravest verdict. */
export async function rehearsePaths(request: Request, edge: Edge): Promise<Verdict> {
  const paths = request.path === undefined ? [] : readPathIds(request.path)
  const [only] = paths
  if (paths.length < 2) return await rehearse(only === undefined ? request : { ...request, path: only }, edge)
  requireOnePath(request, paths.length)
  const edgeOf = () => {
    edge.print('')
    return edge
  }
  const verdicts = await rehearseTree(request, { paths, jobs: 1, edgeOf })
  return verdicts.toSorted((one, other) => gravest.indexOf(one.verdict) - gravest.indexOf(other.verdict))[0] as Verdict
}

/** Several paths may end at one target, whose fixture could be of one of them only. Throws USAGE. */
export function requireOnePath({ capture }: Request, paths: number): void {
  if (!capture || paths === 1) return
  const hint = 'choose the one that the next rehearsal is to start from, with --path or --from'
  throw new RehearsalError('USAGE', `--capture is of one path, and there are ${paths}`, { hint })
}
