import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { didYouMean } from '../fields/index.ts'
import type { Release } from '../releases/release.ts'
import { checkKind, fixtureKind } from './kinds.ts'

/** Services that the configuration names have to exist in every release. Throws CONFIG with position and suggestion. */
export function requireServices(config: Config, releases: readonly Release[]): void {
  const known = releases.map((release) => new Set(release.images.map(({ service }) => service)))
  const require = (service: string | undefined, path: readonly PropertyKey[]) => {
    if (service === undefined) return
    const missing = releases[known.findIndex((names) => !names.has(service))]
    if (!missing) return
    const names = missing.images.map((image) => image.service)
    throw new RehearsalError(
      'CONFIG',
      `${config.at(path)}: ${missing.version} has no service "${service}"${didYouMean(service, names)}`,
    )
  }
  config.fixtures.forEach((fixture, index) => {
    require(fixtureKind(fixture).service?.(fixture.options as never), ['fixtures', index, fixture.kind])
  })
  const sets = [
    { list: config.smoke, path: ['smoke'] },
    { list: config.ready.checks, path: ['ready', 'checks'] },
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

/** The service that a URL names; undefined for a relative one. */
function hostOf(url: string): string | undefined {
  return /^https?:/.test(url) ? new URL(url).hostname : undefined
}
