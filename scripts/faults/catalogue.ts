import { dataFaults } from './data.ts'
import type { Fault } from './fault.ts'
import { smokeFaults } from './smoke.ts'
import { targetFaults } from './targets.ts'

/** Every fault, in the order of the catalogue. */
export const catalogue: readonly Fault[] = [...targetFaults, ...smokeFaults, ...dataFaults].toSorted(
  (a, b) => a.number - b.number,
)
