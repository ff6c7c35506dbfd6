import type { Problem } from '../errors.ts'
import type { RunningStack } from '../stack/stack.ts'

const searchedLines = 80
const keptLines = 15
const telling = /\b(error|fatal|exception|panic|critical|traceback)\b/i

/** A problem with the last log lines of the service that it is about, where it has none yet. */
export async function withLogTail(problem: Problem, stack: RunningStack): Promise<Problem> {
  const service = problem.where
  if (service === undefined || problem.log || !stack.services.includes(service)) return problem
  const lines: string[] = []
  const keep = (line: string) => {
    lines.push(line.slice(0, 2_000))
    if (lines.length > searchedLines) lines.shift()
  }
  // The engine may be what was lost: the problem itself must not be hidden by this.
  await stack.eachLogLine(service, keep, AbortSignal.timeout(5_000)).catch(() => undefined)
  return lines.length > 0 ? { ...problem, log: relevant(lines) } : problem
}

/** The end of a log; where an error stands shortly before it, from there on. */
function relevant(lines: readonly string[]): readonly string[] {
  const end = lines.slice(-keptLines)
  const first = lines.findLastIndex((line, index) => telling.test(line) && !telling.test(lines[index - 1] ?? ''))
  return first < 0 || first > lines.length - keptLines ? end : lines.slice(first, first + keptLines)
}
