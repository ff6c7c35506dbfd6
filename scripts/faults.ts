// Injects every fault of the catalogue for real and compares what comes of it with what is promised: faults.ts
// [NUMBER or part of a name …], or at random with --seed N --trials M. Exit code 0 only where every promise holds.
import { parseArgs } from 'node:util'
import { catalogue } from './faults/catalogue.ts'
import { stopAll } from './faults/command-line.ts'
import { nameOf, type Trial, trialsOf } from './faults/fault.ts'
import { runTrials, stopTrials } from './faults/run.ts'
import { describeResult, lastLine, table } from './faults/table.ts'

const options = { seed: { type: 'string' }, trials: { type: 'string' } } as const
const { positionals } = parseArgs({ options, allowPositionals: true })

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopTrials()
    stopAll(signal)
  })
}

const isChosen = (trial: Trial) =>
  positionals.length === 0 ||
  positionals.some(
    (part) => String(trial.fault.number) === part || (!/^\d+$/.test(part) && nameOf(trial).includes(part)),
  )
const trials = catalogue.flatMap(trialsOf).filter(isChosen)
const startedAt = performance.now()
const results = await runTrials(trials, (result) => {
  console.log(describeResult(result))
  if (result.mark === 'broken') console.log(result.output.replace(/^/gm, '    | '))
})
console.log(`\n${table(results).join('\n')}\n`)
console.log(lastLine(results, Math.round((performance.now() - startedAt) / 1000)))
process.exitCode = results.length > 0 && results.every(({ mark }) => mark !== 'broken') ? 0 : 1
