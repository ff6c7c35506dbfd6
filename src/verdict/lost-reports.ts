import type { Problem } from '../errors.ts'
import { oneLine } from './finding.ts'
import type { Verdict } from './verdict.ts'

/** The verdict where parts of its report could not be written: what nobody can read proves nothing. */
export function withLostReports(given: Verdict, problems: readonly Problem[]): Verdict {
  if (problems.length === 0) return given
  // Without a pass, nothing is left of what was captured.
  const { captured: _, ...verdict } = given
  const lost = problems.map(({ code, message, where }) => ({
    code,
    message: oneLine(message),
    where: where ?? 'report',
  }))
  if (verdict.verdict === 'incompatible') return { ...verdict, reasons: [...verdict.reasons, ...lost] }
  return { ...verdict, verdict: 'inconclusive', reasons: [...lost, ...verdict.reasons] }
}
