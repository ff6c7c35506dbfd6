// Injects every fault of the catalogue for real and compares what comes of it with what is promised: faults.ts
// [NUMBER or part of a name …] [--seed N --trials M]. Exit code 0 only where every promise holds.
import { parseArgs } from 'node:util'
import { catalogue } from './faults/catalogue.ts'
import { stopAll } from './faults/command-line.ts'
import { type Fault, nameOf, trialsOf } from './faults/fault.ts'
import { pickTrials } from './faults/random.ts'
import { runTrials, stopTrials } from './faults/run.ts'
import { describeResult, lastLine, table } from './faults/table.ts'

const options = { seed: { type: 'string' }, trials: { type: 'string' } } as const
const { positionals, values } = parseArgs({ options, allowPositionals: true })
const [seed, count] = [Number(values.seed ?? 1), Number(values.trials ?? 100)]
const isRandom = values.seed !== undefined || values.trials !== undefined
if (![seed, count].every(Number.isSafeInteger)) throw new Error('--seed and --trials need a whole number each')

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // A second one changes nothing, so that what was made is removed.
  process.on(signal, () => {
    stopTrials()
    stopAll(signal)
  })
}

const isNumber = (part: string) => /^\d+$/.test(part)
const isChosen = ({ number, title }: Pick<Fault, 'number' | 'title'>) =>
  positionals.length === 0 ||
  positionals.some((part) => (isNumber(part) ? Number(part) === number : title.includes(part)))
const chosen = catalogue.filter(isChosen)
const trials = isRandom ? pickTrials(chosen, seed, count) : chosen.flatMap(trialsOf)
if (isRandom) {
  console.log(`seed ${seed}, ${count} trials:`)
  for (const [index, trial] of trials.entries())
    console.log(`${String(index + 1).padStart(4)}  ${String(trial.fault.number).padStart(2)} ${nameOf(trial)}`)
  console.log('')
}
const startedAt = performance.now()
const results = await runTrials(trials, (result) => {
  console.log(describeResult(result))
  if (result.mark === 'broken') console.log(result.output.replace(/^/gm, '    | '))
})
console.log(`\n${table(results).join('\n')}\n`)
console.log(lastLine(results, Math.round((performance.now() - startedAt) / 1000)))
process.exitCode =
  results.length === trials.length && results.length > 0 && results.every(({ mark }) => mark !== 'broken') ? 0 : 1
