import type { z } from 'zod'

/** One fault of a configuration: where in the data, and what to do. */
export interface Fault {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

type Issue = z.core.$ZodIssue

/** Zod's issues in words, each at the deepest place it is about. */
export function explainIssues(issues: readonly Issue[], above: readonly PropertyKey[] = []): Fault[] {
  return issues.flatMap((issue) => explain(issue, [...above, ...issue.path]))
}

function explain(issue: Issue, path: readonly PropertyKey[]): Fault[] {
  if (issue.code === 'unrecognized_keys') return [{ path: [...path, issue.keys[0] as string], message: issue.message }]
  if (issue.code === 'invalid_union' && issue.message === 'Invalid input') {
    const meant = nearestBranch(issue.errors)
    if (meant) return explainIssues(meant, path)
  }
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) {
    return [{ path, message: `"${String(path.at(-1))}" is missing` }]
  }
  return [{ path, message: issue.message.replace(/^Invalid (input|option): /, '') }]
}

/** The alternative that the user most likely meant: its faults lie deepest, and there are few of them. */
function nearestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const score = (branch: readonly Issue[]) => {
    const wrongShape = branch.some((issue) => issue.path.length === 0 && issue.code === 'invalid_type')
    const unknown = branch.filter((issue) => issue.code === 'unrecognized_keys').length
    const missing = branch.filter((issue) => issue.code === 'invalid_type' && issue.message.endsWith('received undefined')).length
    const depth = Math.max(0, ...branch.map((issue) => issue.path.length))
    return depth - unknown - missing - (wrongShape ? 10 : 0)
  }
  return branches.toSorted((a, b) => score(b) - score(a))[0]
}
