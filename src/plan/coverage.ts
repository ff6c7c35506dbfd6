import type { Config } from '../config/index.ts'
import { stackHome } from '../config/index.ts'
import type { Release } from '../releases/release.ts'
import { checkKind } from './kinds.ts'
import type { Coverage } from './plan.ts'

/** What the smoke suite and the fingerprints look at. */
export function coverageOf(config: Config, releases: readonly Release[]): Coverage {
  const asked = config.smoke.flatMap((check) => {
    const kind = checkKind(check)
    const options = check.options as never
    const hosts = (kind.urls?.(options) ?? []).map(
      (url) => new URL(url, stackHome(config.stack) ?? 'http://none').hostname,
    )
    return [...new Set([...(kind.services?.(options) ?? []), ...hosts])]
  })
  const target = releases.at(-1)?.images ?? []
  return {
    services: target.map(({ service }) => ({ service, checks: asked.filter((one) => one === service).length })),
  }
}
