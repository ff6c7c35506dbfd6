import { nameOf } from './fault.ts'
import { describe } from './outcome.ts'
import type { Mark, Result } from './run.ts'

const marks: Readonly<Record<Mark, string>> = { kept: '✓', broken: '✗', pending: '…' }

/** Number, fault, promised, got and seconds, a line each. */
export function table(results: readonly Result[]): string[] {
  const rows = results.map(({ trial, promised, got, mark, ms }) => [
    marks[mark],
    String(trial.fault.number).padStart(2),
    nameOf(trial),
    trial.fault.pending === undefined ? describe(promised) : `${describe(promised)} (pending: ${trial.fault.pending})`,
    got,
    (ms / 1000).toFixed(1),
  ])
  const all = [['', ' #', 'fault', 'promised', 'got', 'seconds'], ...rows]
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? []
  return all.map((row) =>
    row
      .map((cell, column) => (column === 5 ? cell.padStart(widths[5] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  '),
  )
}

export function describeResult(result: Result): string {
  const { trial, got, mark, ms, complaints } = result
  const line = `${marks[mark]} ${trial.fault.number} ${nameOf(trial)}: ${got} (${(ms / 1000).toFixed(1)} s)`
  return [line, ...complaints.map((one) => `    ${one}`)].join('\n')
}

/** `50 faults: 46 as promised, 2 not, 2 pending; false verdicts 0`. */
export function lastLine(results: readonly Result[], seconds: number): string {
  const count = (mark: Mark) => results.filter((one) => one.mark === mark).length
  const wrong = results.filter(({ isFalse }) => isFalse).length
  const counts = `${count('kept')} as promised, ${count('broken')} not, ${count('pending')} pending`
  return `${results.length} injected in ${seconds} s: ${counts}; false verdicts ${wrong}`
}
