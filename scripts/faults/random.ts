import type { Fault, Trial } from './fault.ts'

/** The same numbers for the same seed, in [0, 1): mulberry32, which is in the public domain. */
export function seeded(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The latest moment of a phase at which a fault strikes in it; milliseconds. */
const latest = 1_500

/** So many trials: a number of the catalogue, a fault of that number, an application, a phase and a moment of it. */
export function pickTrials(faults: readonly Fault[], seed: number, count: number): Trial[] {
  const random = seeded(seed)
  const one = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item
  const open = faults.filter(({ pending, chosenOnly }) => pending === undefined && !chosenOnly)
  const numbers = [...new Set(open.map(({ number }) => number))]
  return Array.from({ length: count }, () => {
    const number = one(numbers)
    const fault = one(open.filter((candidate) => candidate.number === number))
    const app = one(fault.apps)
    const phase = fault.phases ? one(fault.phases) : ''
    return { fault, app, phase, delay: fault.phases ? Math.floor(random() * latest) : 0 }
  })
}
