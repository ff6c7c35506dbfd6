import { type Result, runAll } from './run.ts'
import { loadScenarios, type Scenario } from './scenarios.ts'
import { shareOf } from './share.ts'
import { table } from './table.ts'

/** Rehearses the scenarios whose system or name has one of the parts, all without parts; prints each and the table. */
export async function rehearseSystems(parts: readonly string[] = []): Promise<Result[]> {
  return await rehearseAll(
    (await loadScenarios()).filter(
      ({ system, name }) => parts.length === 0 || parts.some((part) => `${system} ${name}`.includes(part)),
    ),
  )
}

/** Rehearses what one commit is checked with. */
export async function rehearseShare(): Promise<Result[]> {
  const { chosen, told } = shareOf(await loadScenarios())
  console.log(`\nthe five systems, as documented, and ${told}\n`)
  return await rehearseAll(chosen)
}

/** Rehearses these and prints each and the table; `prepare` adds files to the copy of an example. */
export async function rehearseAll(
  scenarios: readonly Scenario[],
  prepare?: (folder: string) => Promise<void>,
): Promise<Result[]> {
  const startedAt = performance.now()
  const results = await runAll(
    scenarios,
    (result) => {
      console.log(
        `${result.agrees ? '✓' : '✗'} ${result.scenario.system}: ${result.scenario.name} (${seconds(result.ms)} s)`,
      )
      if (!result.agrees) console.log(result.output)
    },
    prepare,
  )
  const agreed = results.filter(({ agrees }) => agrees).length
  const took = Math.round((performance.now() - startedAt) / 1000)
  console.log(`\n${table(results).join('\n')}\n`)
  console.log(`${agreed} of ${results.length} as expected in ${took} s`)
  return results
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1)
}
