import { checks } from '../checks/index.ts'
import { type Config, type Configured, stackHome } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { releaseHost } from '../fields/index.ts'
import { fixtures } from '../fixtures/index.ts'
import { volumeKey } from '../fixtures/volume.ts'
import { strategies } from '../strategies/index.ts'
import type { Named, Strategy } from '../strategies/strategy.ts'

export function fixtureKind(fixture: Configured) {
  const kind = fixtures.find(({ name }) => name === fixture.kind)
  if (!kind) throw new RehearsalError('INTERNAL', `no fixture kind ${fixture.kind}`)
  return kind
}

export function checkKind(check: Configured) {
  const kind = checks.find(({ name }) => name === check.kind)
  if (!kind) throw new RehearsalError('INTERNAL', `no check kind ${check.kind}`)
  return kind
}

export function strategyOf(config: Config) {
  const strategy = strategies.find(({ name }) => name === config.upgrade.strategy)
  if (!strategy) throw new RehearsalError('INTERNAL', `no strategy ${config.upgrade.strategy}`)
  return { strategy: strategy as Strategy<unknown>, options: config.upgrade as unknown }
}

/** What the strategy names besides its steps. */
export function namedByStrategy(config: Config): Named {
  const { strategy, options } = strategyOf(config)
  return strategy.named(options)
}

/** Every fixture of a rehearsal: those of the baseline, then those that the procedure restores on its way. */
export function allFixtures(config: Config): readonly Configured[] {
  return [...config.fixtures, ...(namedByStrategy(config).fixtures ?? [])]
}

/** What is asked between two steps of a hop: the strategy's own checks, or else the smoke suite. */
export function betweenChecks(config: Config): readonly Configured[] {
  const own = namedByStrategy(config).checks ?? []
  return own.length > 0 ? own : config.smoke
}

export function fixtureTitle(fixture: Configured): string {
  return fixtureKind(fixture).title(fixture.options as never)
}

/** The user's own name for a check, or its kind and what it looks at. */
export function checkTitle(check: Configured): string {
  const named = (check.options as { name?: string }).name
  return named ?? `${check.kind} ${checkKind(check).title(check.options as never)}`
}

/** Every URL that checks, sign-in, fixtures and the procedure will ask. */
export function smokeUrls(config: Config): string[] {
  const own = namedByStrategy(config)
  const checked = [...config.smoke, ...config.ready.checks, ...(own.checks ?? [])]
  const asked = checked.flatMap((check) => checkKind(check).urls?.(check.options as never) ?? [])
  const loaded = allFixtures(config).flatMap((fixture) => fixtureKind(fixture).urls?.(fixture.options as never) ?? [])
  const signIn = config['sign-in']
  const all = [...asked, ...loaded, ...(own.urls ?? [])]
  return signIn && 'request' in signIn ? [...all, signIn.request.post] : all
}

/** Where the containers of a service's new release answer, at each port that something asks while both run. */
export function newOrigins(config: Config, service: string): string[] {
  const home = stackHome(config.stack)
  const origins = smokeUrls(config).flatMap((url) => {
    const { protocol, hostname, port } = new URL(url, home ?? 'http://none')
    if (releaseHost(hostname).service !== service) return []
    return [`${protocol}//${service}.new${port === '' ? '' : `:${port}`}`]
  })
  return [...new Set(origins)]
}

/** Volumes that the procedure names, as the stack knows them. */
export function procedureVolumes(config: Config): string[] {
  const named = namedByStrategy(config)
  const filled = (named.fixtures ?? []).flatMap(
    (fixture) => fixtureKind(fixture).volume?.(fixture.options as never, config.folder) ?? [],
  )
  return [...(named.volumes ?? []).map((volume) => volumeKey(volume, config.folder)), ...filled]
}
