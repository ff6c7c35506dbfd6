import type { Case } from '../reports/junit-cases.ts'
import type { Suite } from '../reports/junit-suites.ts'
import { isPass } from '../verdict/exit-code.ts'
import type { MergedVerdict, PathResult } from './merged.ts'
import type { Found } from './read-reports.ts'

/** A suite with a case for each path, and one a path with the cases that its job reported. Pure. */
export function mergedSuites(merged: MergedVerdict, found: readonly Found[]): Suite[] {
  const all: Suite = {
    name: 'paths',
    startedAt: merged.startedAt,
    properties: [['verdict', merged.verdict]],
    cases: merged.paths.map(pathCase),
  }
  const own = merged.paths.flatMap((result): Suite[] => {
    const report = found.find((one) => one.kind === 'report' && one.folder === result.report)
    if (report?.kind !== 'report' || !report.cases) return []
    const cases = report.cases.map(({ suite, name, ms, outcome, message }): Case => {
      const base = { classname: `${result.path}.${suite}`, name, ms, outcome }
      return message === undefined ? base : { ...base, message, text: message }
    })
    const properties = [
      ['verdict', result.verdict],
      ['report', result.report ?? ''],
    ] as const
    return [{ name: result.path, startedAt: report.verdict.startedAt, properties, cases }]
  })
  return [all, ...own]
}

function pathCase({ path, verdict, reasons, ms = 0 }: PathResult): Case {
  const base = { classname: 'paths', name: path, ms }
  const text = reasons.map(({ code, message, where }) => `${code} (${where}): ${message}`).join('\n')
  const [first] = reasons
  if (isPass({ verdict })) {
    return { ...base, outcome: 'passed', ...(text ? { text } : {}) }
  }
  const outcome = verdict === 'incompatible' ? 'failed' : 'error'
  return { ...base, outcome, message: `${verdict}: ${first?.message ?? ''}`, type: first?.code ?? 'INTERNAL', text }
}
