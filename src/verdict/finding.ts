import type { Phase } from '../plan/plan.ts'
import type { Outcome, Reason } from './verdict.ts'

export type Severity = 'incompatible' | 'inconclusive' | 'warning'

/** A reason and how much it weighs. */
export interface Finding extends Reason {
  readonly severity: Severity
}

const order: readonly Severity[] = ['incompatible', 'inconclusive', 'warning']
const longestMessage = 600

export function finding(severity: Severity, code: string, message: string, where: string, step?: string): Finding {
  return { severity, code, message: oneLine(message), where, ...(step === undefined ? {} : { step }) }
}

/** Gravest first, otherwise as they were found; what says the same at the same place is said once. */
export function rank(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>()
  const unique = findings.filter((one) => {
    const key = [one.severity, one.code, one.message, one.where].join('\n')
    return !seen.has(key) && seen.add(key)
  })
  return order.flatMap((severity) => unique.filter((one) => one.severity === severity))
}

export function outcomeOf(findings: readonly Finding[]): Outcome {
  if (findings.some((one) => one.severity === 'incompatible')) return 'incompatible'
  if (findings.some((one) => one.severity === 'inconclusive')) return 'inconclusive'
  return findings.length > 0 ? 'compatible-with-warnings' : 'compatible'
}

/** `target · web · http GET /health`; what is unknown is left out. */
export function place(phase: Phase, hop: number | undefined, ...parts: readonly (string | undefined)[]): string {
  const start = phase === 'hop' ? `hop ${hop ?? ''}`.trim() : phase
  return [start, ...parts.filter((part) => part !== undefined && part !== '')]
    .map((part) => oneLine(part ?? ''))
    .join(' · ')
}

/** A reason is one plain sentence; stacks and logs stand elsewhere. */
export function oneLine(text: string): string {
  const [first = ''] = text.trim().split(/[\r\n]/, 1)
  return first.length > longestMessage ? `${first.slice(0, longestMessage)} …` : first
}

/** The difference that a check or a problem saw, as the end of a sentence. */
export function difference(seen: { readonly expected?: string; readonly actual?: string }): string {
  const expected = seen.expected === undefined ? '' : `expected ${oneLine(seen.expected)}`
  const actual = seen.actual === undefined ? '' : `got ${oneLine(seen.actual)}`
  return [expected, actual].filter((part) => part !== '').join(', ')
}
