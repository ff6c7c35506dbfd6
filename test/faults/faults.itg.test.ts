import { beforeAll, expect, test } from 'vitest'
import { catalogue } from '../../scripts/faults/catalogue.ts'
import { nameOf, trialsOf } from '../../scripts/faults/fault.ts'
import { type Result, runTrials } from '../../scripts/faults/run.ts'

/** Quick ones that no other test injects; `npm run faults` injects all. */
const titles = [
  'the engine accepts and never answers',
  '429 for the layers, with a stale local tag',
  'an image of another architecture',
  'the tag moves in the middle of the run',
  'source and target are one digest',
  'a full disk while the reports are written, by the logs',
  'only a child is out of memory',
  'a sparse archive of 20 GiB in the form of POSIX',
  'an archive with a file behind a symbolic link that leads out',
]
const trials = titles.flatMap((title) => catalogue.filter((fault) => fault.title === title).flatMap(trialsOf))
let results: readonly Result[]

beforeAll(async () => {
  results = await runTrials(trials, () => undefined)
}, 300_000)

test('each of them is in the catalogue', () => {
  expect(trials.map(({ fault }) => fault.title)).toEqual(titles)
})

test.each(trials.map((trial) => [`${trial.fault.number} ${nameOf(trial)}`, trial] as const))('%s', (_, trial) => {
  const result = results.find((one) => one.trial === trial)
  expect(result?.complaints, result?.output).toEqual([])
})
