import { type Result, runAll } from './run.ts'
import { loadScenarios } from './scenarios.ts'
import { table } from './table.ts'

/** Rehearses the scenarios whose system or name has one of the parts, all without parts; prints each and the table. */
export async function rehearseSystems(parts: readonly string[] = []): Promise<Result[]> {
  const scenarios = (await loadScenarios()).filter(
    ({ system, name }) => parts.length === 0 || parts.some((part) => `${system} ${name}`.includes(part)),
  )
  const startedAt = performance.now()
  const results = await runAll(scenarios, (result) => {
    console.log(
      `${result.agrees ? '✓' : '✗'} ${result.scenario.system}: ${result.scenario.name} (${seconds(result.ms)} s)`,
    )
    if (!result.agrees) console.log(result.output)
  })
  const agreed = results.filter(({ agrees }) => agrees).length
  const pending = results.filter(({ scenario }) => scenario.pending).length
  const took = Math.round((performance.now() - startedAt) / 1000)
  console.log(`\n${table(results).join('\n')}\n`)
  console.log(`${agreed} of ${results.length} as expected, ${pending} of them wait for a later capability; ${took} s`)
  return results
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1)
}
