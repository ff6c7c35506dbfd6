import type { Problem } from '../errors.ts'
import type { RunningStack } from '../stack/stack.ts'

const keptLines = 15

/** A problem with the last log lines of the service that it is about, where it has none yet. */
export async function withLogTail(problem: Problem, stack: RunningStack): Promise<Problem> {
  const service = problem.where
  if (service === undefined || problem.log || !stack.services.includes(service)) return problem
  const lines: string[] = []
  const keep = (line: string) => {
    lines.push(line.slice(0, 2_000))
    if (lines.length > keptLines) lines.shift()
  }
  // The engine may be what was lost: the problem itself must not be hidden by this.
  await stack.eachLogLine(service, keep, AbortSignal.timeout(5_000)).catch(() => undefined)
  return lines.length > 0 ? { ...problem, log: lines } : problem
}
