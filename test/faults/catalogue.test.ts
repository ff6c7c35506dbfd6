import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { catalogue } from '../../scripts/faults/catalogue.ts'
import { nameOf, promiseOf, trialsOf } from '../../scripts/faults/fault.ts'
import { root } from '../itg/harness.ts'

/** What the design promises for each fault: I inconclusive, X incompatible, C compatible, with or without warnings. */
const promised = 'I I I I I I C I I I I X X C X X I I I I I C X C I I I I I C C C X I I C I C I X X C'.split(' ')

const letters = { inconclusive: 'I', incompatible: 'X', compatible: 'C', 'compatible-with-warnings': 'C' } as const

/** Faults of a number that are there for what is beside the number's own promise. */
const beside: Readonly<Record<string, string>> = {
  'the same, and the guide says that it works': 'a documented way back that does not work is a reason of its own',
  'killed in the migration, which can not go on': 'the same',
  'never ready, while the source is in the same time':
    'the source without an upgrade was ready within the same deadline',
}

test('every fault of the design is there, from 1 to 42', () => {
  const numbers = [...new Set(catalogue.map(({ number }) => number))]
  expect(numbers).toEqual(Array.from({ length: 42 }, (_, index) => index + 1))
})

test('each promises what the design promises', () => {
  for (const trial of catalogue.flatMap(trialsOf)) {
    if (trial.fault.title in beside) continue
    const { verdict } = promiseOf(trial)
    expect(letters[verdict], `${trial.fault.number} ${nameOf(trial)}`).toBe(promised[trial.fault.number - 1])
  }
})

test('every code that is promised is one of the contract', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  // These come with the data's fingerprint and with attribution.
  const coming = ['DATA_LOST', 'FLAKY_TARGET']
  for (const trial of catalogue.flatMap(trialsOf)) {
    const { code = '' } = promiseOf(trial)
    if (code !== '' && !coming.includes(code)) expect(readme).toContain(`\`${code}\``)
  }
})

test('no two faults have one name', () => {
  const names = catalogue.flatMap(trialsOf).map((trial) => `${trial.fault.number} ${nameOf(trial)}`)
  expect(new Set(names).size).toBe(names.length)
})
