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
  const edgeOf = () => {
    edge.print('')
    return edge
  }
  const verdicts = await rehearseTree(request, { paths, jobs: 1, edgeOf })
  return verdicts.toSorted((one, other) => gravest.indexOf(one.verdict) - gravest.indexOf(other.verdict))[0] as Verdict
}
