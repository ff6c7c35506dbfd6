import { restart } from './restart.ts'

/** Every strategy. A new one is its file and a line here. */
export const strategies = [restart] as const
