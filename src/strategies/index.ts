import { migrate } from './migrate.ts'
import { restart } from './restart.ts'
import { rolling } from './rolling.ts'
import { steps } from './steps.ts'
import { transfer } from './transfer.ts'

/** Every strategy. A new one is its file and a line here. */
export const strategies = [restart, migrate, transfer, rolling, steps] as const
export { fixtureServices, stepKinds } from './step-kinds.ts'
