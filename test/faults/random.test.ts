import { expect, test } from 'vitest'
import { catalogue } from '../../scripts/faults/catalogue.ts'
import { nameOf } from '../../scripts/faults/fault.ts'
import { pickTrials, seeded } from '../../scripts/faults/random.ts'

const named = (seed: number, count = 60) => pickTrials(catalogue, seed, count).map(nameOf)

test('the same seed gives the same trials, another one gives others', () => {
  expect(named(7)).toEqual(named(7))
  expect(named(7)).not.toEqual(named(8))
})

test('more trials of a seed begin with the fewer', () => {
  expect(named(7, 60).slice(0, 20)).toEqual(named(7, 20))
})

test('what is pending, or too slow, is not picked; everything else is, in every phase and application', () => {
  const picked = pickTrials(catalogue, 1, 20_000)
  const open = catalogue.filter(({ pending, chosenOnly }) => !pending && !chosenOnly)
  const names = ({ fault, app, phase }: (typeof picked)[number]) => `${fault.number} ${fault.title} ${app} ${phase}`
  const all = open.flatMap((fault) =>
    fault.apps.flatMap((app) => (fault.phases ?? ['']).map((phase) => names({ fault, app, phase, delay: 0 }))),
  )
  expect([...new Set(picked.map(names))].sort()).toEqual(all.sort())
})

test('a fault strikes at a moment of its phase, or without one at once', () => {
  for (const { fault, delay } of pickTrials(catalogue, 3, 500)) {
    if (fault.phases) expect(delay).toBeLessThan(1_500)
    else expect(delay).toBe(0)
  }
})

test('numbers are spread evenly', () => {
  const random = seeded(5)
  const numbers = Array.from({ length: 10_000 }, random)
  for (let tenth = 0; tenth < 10; tenth++) {
    const within = numbers.filter((one) => Math.floor(one * 10) === tenth).length
    expect(Math.abs(within - 1_000)).toBeLessThan(150)
  }
})
