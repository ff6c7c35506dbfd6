import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { didYouMean, releaseHost } from '../fields/index.ts'
import type { Release } from '../releases/release.ts'
import { fixtureServices } from '../strategies/index.ts'
import { checkKind, fixtureKind, namedByStrategy, namedByWays } from './kinds.ts'
import { dataKind } from './stores.ts'

/** Services that the configuration names have to exist in every release. Throws CONFIG with position and suggestion. */
export function requireServices(config: Config, releases: readonly Release[]): void {
  const require = (service: string | undefined, path: readonly PropertyKey[], among = releases) => {
    if (service === undefined) return
    const missing = among.find(({ images }) => !images.some((image) => image.service === service))
    if (!missing) return
    const names = missing.images.map((image) => image.service)
    throw new RehearsalError(
      'CONFIG',
      `${config.at(path)}: ${missing.version} has no service "${service}"${didYouMean(service, names)}`,
    )
  }
  // A backup is restored on the baseline only.
  const source = releases.slice(0, 1)
  config.fixtures.forEach((fixture, index) => {
    const path = ['fixtures', index, fixture.kind]
    for (const service of fixtureServices(fixture)) require(service, path, source)
    for (const url of fixtureKind(fixture).urls?.(fixture.options as never) ?? []) require(hostOf(url), path, source)
  })
  const named = namedByStrategy(config)
  const [sources, targets] = [releases.slice(0, -1), releases.slice(1)]
  for (const { service, at } of named.sourceServices ?? []) require(service, ['upgrade', ...at], sources)
  for (const { service, at } of named.services ?? []) require(service, ['upgrade', ...at], targets)
  for (const url of named.urls ?? []) require(hostOf(url), ['upgrade', 'export', 'api'], sources)
  const [before, last] = [releases.slice(0, 1), releases.slice(-1)]
  namedByWays(config).forEach((way, index) => {
    const path = ['rollback', index, config.rollback[index]?.kind ?? '']
    for (const { service, at } of way.sourceServices ?? []) require(service, [...path, ...at], before)
    for (const { service, at } of way.services ?? []) require(service, [...path, ...at], last)
    for (const url of way.urls ?? []) require(hostOf(url), path, before)
  })
  for (const [index, entry] of (config.data ?? []).entries()) {
    const kind = 'rule' in entry ? checkKind(entry) : dataKind(entry)
    for (const service of kind.services?.(entry.options as never) ?? []) require(service, ['data', index, entry.kind])
    for (const url of kind.urls?.(entry.options as never) ?? []) require(hostOf(url), ['data', index, entry.kind])
  }
  const sets = [
    { list: config.smoke, path: ['smoke'] },
    { list: config.ready.checks, path: ['ready', 'checks'] },
    { list: named.checks ?? [], path: ['upgrade', 'between'] },
  ]
  for (const { list, path } of sets) {
    list.forEach((check, index) => {
      const kind = checkKind(check)
      const named = kind.services?.(check.options as never) ?? []
      const hosts = (kind.urls?.(check.options as never) ?? []).map(hostOf)
      for (const service of [...named, ...hosts]) require(service, [...path, index, check.kind])
    })
  }
  const signIn = config['sign-in']
  if (signIn && 'request' in signIn) require(hostOf(signIn.request.post), ['sign-in', 'request', 'post'])
  require(hostOf(('address' in config.stack && config.stack.address) || ''), ['stack', 'address'])
}

/** The service that a URL names; undefined for a relative one. `SERVICE.old` is one of its containers. */
function hostOf(url: string): string | undefined {
  return /^https?:/.test(url) ? releaseHost(new URL(url).hostname).service : undefined
}
