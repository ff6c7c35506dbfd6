// One rehearsal of an upgrade that is killed again and again in the middle of its migration of a million rows. Exit code 0
// only where each kill hit and was judged, and nothing of the run is left: `npm run kills -- --times 30 --seed 7`.
import { parseArgs } from 'node:util'
import { rehearseKills } from './kills/rehearse.ts'
import { describeKill, killsOf, summarise } from './kills/results.ts'

const { values } = parseArgs({
  options: { times: { type: 'string', default: '30' }, seed: { type: 'string', default: '7' } },
})
const startedAt = performance.now()
const report = await rehearseKills({ times: Number(values.times), seed: Number(values.seed) }, console.log)
const kills = killsOf(report)
for (const kill of kills) console.log(describeKill(kill))
const { lines, good } = summarise(kills, Number(values.times), report)
for (const line of lines) console.log(line)
console.log(`${Math.round((performance.now() - startedAt) / 1000)} s`)
process.exitCode = good ? 0 : 1
