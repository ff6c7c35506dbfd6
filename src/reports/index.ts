import { join } from 'node:path'
import { type Problem, toProblem } from '../errors.ts'
import type { Sink } from '../redact/index.ts'
import { junit } from './junit.ts'
import type { Report, ReportInput } from './report.ts'
import { summary } from './summary.ts'
import { verdictJson } from './verdict-json.ts'

const besideTheVerdict: readonly Report[] = [junit, summary]

/** Where the reports are, and what kept one from being written. */
export interface WrittenReports {
  readonly paths: readonly string[]
  readonly problems: readonly Problem[]
}

/**
 * Writes all reports; throws nothing. What they say is redacted before it is set in a format, where quotes and line
 * ends are no longer what they were. The verdict comes last: until then the file says that the run was cut off.
 */
export async function writeReports(sink: Sink, folder: string, raw: ReportInput): Promise<WrittenReports> {
  return await writeInOrder(sink, folder, raw, [besideTheVerdict, [verdictJson]])
}

/** Writes them again where there was no room for all: what the others took is the verdict's. */
export async function writeVerdictFirst(sink: Sink, folder: string, raw: ReportInput): Promise<WrittenReports> {
  for (const name of ['junit.xml', 'summary.md']) await sink.giveBack(join(folder, name))
  return await writeInOrder(sink, folder, raw, [[verdictJson], besideTheVerdict])
}

async function writeInOrder(
  sink: Sink,
  folder: string,
  raw: ReportInput,
  order: readonly (readonly Report[])[],
): Promise<WrittenReports> {
  const paths: string[] = []
  const problems: Problem[] = []
  const write = async (report: Report, input: ReportInput) => {
    try {
      const { path, content } = report(input)
      await sink.writeFile(join(folder, path), content)
      paths.push(join(folder, path))
    } catch (thrown) {
      problems.push(toProblem(thrown))
    }
  }
  try {
    const input = sink.redactor.redactDeep(raw)
    for (const reports of order) await Promise.all(reports.map((report) => write(report, input)))
  } catch (thrown) {
    problems.push(toProblem(thrown))
  }
  return { paths: paths.sort(), problems }
}

export { createActionsLog, inert } from './actions-log.ts'
export { failureScreen, successScreen } from './failure-screen.ts'
export { planTree } from './plan-tree.ts'
export type { ReportInput } from './report.ts'
export { createTerminal, wantsColour } from './terminal.ts'
