import type { Result } from './run.ts'

/** System, scenario, expected, got and seconds, a line each. */
export function table(results: readonly Result[]): string[] {
  const rows = results.map(({ scenario, got, agrees, ms }) => {
    const { expect } = scenario
    const wanted = [expect.verdict, expect.reason].filter(Boolean).join(' ')
    return [agrees ? '✓' : '✗', scenario.system, scenario.name, wanted, got, (ms / 1000).toFixed(1)]
  })
  const all = [['', 'system', 'scenario', 'expected', 'got', 'seconds'], ...rows]
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? []
  return all.map((row) =>
    row
      .map((cell, column) => (column === 5 ? cell.padStart(widths[5] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  '),
  )
}
