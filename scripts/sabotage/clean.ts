import { buildImage, docker } from '../../test/itg/harness.ts'
import type { Scenario } from '../systems/scenarios.ts'
import { source } from './damages.ts'

const image = 'unleashorg/unleash-server'
const again = `${source}-again`
const timesEach = 10

/** The same program as the source under another digest: an upgrade that changes nothing. */
export async function makeAgain(): Promise<() => Promise<void>> {
  await buildImage(`FROM ${image}:${source}\nLABEL again=1\n`, `${image}:${again}`)
  return async () => void (await docker('rmi', `${image}:${again}`))
}

/** Upgrades as they are, and as many from a release to itself: none may be told of as anything else than compatible. */
export function cleanRuns(): Scenario[] {
  const expect = { verdict: 'compatible' as const }
  const upgrades = Array.from({ length: timesEach }, (_, index): Scenario => {
    return { system: 'unleash', name: `clean upgrade ${index + 1}`, shows: '', expect }
  })
  const controls = Array.from({ length: timesEach }, (_, index): Scenario => {
    const change = {
      'data.0': { postgres: { service: 'db' } },
      // It goes on calling itself by the old name.
      'smoke.2': { http: { get: '/api/admin/ui-config', 'signed-in': true } },
    }
    return { system: 'unleash', name: `A/A ${index + 1}`, shows: '', to: again, change, expect }
  })
  return [...upgrades, ...controls]
}
