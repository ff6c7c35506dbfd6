// Rehearses five systems: the way their guides describe, and each trap that those hide. Exit code 0 only where every
// verdict is the expected one. Arguments choose systems or scenarios by a part of their name.
import { parseArgs } from 'node:util'
import { runAll } from './systems/run.ts'
import { loadScenarios } from './systems/scenarios.ts'
import { table } from './systems/table.ts'

const { positionals, values } = parseArgs({ allowPositionals: true, options: { verbose: { type: 'boolean' } } })
const scenarios = (await loadScenarios()).filter(
  ({ system, name }) => positionals.length === 0 || positionals.some((part) => `${system} ${name}`.includes(part)),
)
const startedAt = performance.now()
const results = await runAll(scenarios, (result) => {
  const mark = result.agrees ? '✓' : '✗'
  console.log(`${mark} ${result.scenario.system}: ${result.scenario.name} (${(result.ms / 1000).toFixed(1)} s)`)
  if (!result.agrees || values.verbose) console.log(result.output)
})
console.log(`\n${table(results).join('\n')}`)
const seconds = Math.round((performance.now() - startedAt) / 1000)
const agreed = results.filter(({ agrees }) => agrees).length
const pending = results.filter(({ scenario }) => scenario.pending).length
console.log(
  `\n${agreed} of ${results.length} as expected, ${pending} of them wait for a later capability; ${seconds} s`,
)
process.exitCode = results.length > 0 && agreed === results.length ? 0 : 1
