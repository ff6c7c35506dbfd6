import type { HopInput } from '../../src/strategies/strategy.ts'
import { load } from '../config/folder.ts'

/** A hop in which `web` has three containers and everything else one. */
export const hop: HopInput = {
  from: 0,
  to: 1,
  version: '2.0',
  graceMs: 10_000,
  replicas: (service) => (service === 'web' ? 3 : 1),
  smoke: 2,
  firstFixture: 1,
}

/** What stands below `upgrade`, parsed. */
export async function upgrade(text: string) {
  const { upgrade } = await load(`stack: a.yml\nupgrade:\n${text.replace(/^/gm, '  ')}\n`)
  return upgrade as never
}
