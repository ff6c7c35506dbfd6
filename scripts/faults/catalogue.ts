import { configurationFaults } from './configurations.ts'
import { dataFaults } from './data.ts'
import { diskFaults } from './disks.ts'
import { engineFaults } from './engines.ts'
import type { Fault } from './fault.ts'
import { hostFaults } from './hosts.ts'
import { imageFaults } from './images.ts'
import { interruptFaults } from './interrupts.ts'
import { restoreFaults } from './restores.ts'
import { saidFaults } from './said.ts'
import { smokeFaults } from './smoke.ts'
import { targetFaults } from './targets.ts'

/** Every fault, in the order of the catalogue. */
export const catalogue: readonly Fault[] = [
  ...engineFaults,
  ...imageFaults,
  ...diskFaults,
  ...targetFaults,
  ...smokeFaults,
  ...dataFaults,
  ...restoreFaults,
  ...saidFaults,
  ...interruptFaults,
  ...hostFaults,
  ...configurationFaults,
].toSorted((a, b) => a.number - b.number)
