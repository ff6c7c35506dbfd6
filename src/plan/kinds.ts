import { resolve } from 'node:path'
import { checks } from '../checks/index.ts'
import { type Config, type Configured, stackHome } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { releaseHost } from '../fields/index.ts'
import { fixtures } from '../fixtures/index.ts'
import { fixtureOf } from '../fixtures/per-release.ts'
import { volumeKey } from '../fixtures/volume-key.ts'
import type { RollbackKind } from '../rollbacks/index.ts'
import { rollbacks } from '../rollbacks/index.ts'
import { strategies } from '../strategies/index.ts'
import type { Named, Strategy } from '../strategies/strategy.ts'
import { dataKind, invariantsOf, storesOf } from './stores.ts'

export function fixtureKind(fixture: Configured) {
  const kind = fixtures.find(({ name }) => name === fixture.kind)
  if (!kind) throw new RehearsalError('INTERNAL', `no fixture kind ${fixture.kind}`)
  return kind
}

/** Where a fixture's backup lies on this machine; undefined where it has none. */
export function fixturePath(fixture: Configured, folder: string): string | undefined {
  const file = fixtureKind(fixture).file?.(fixture.options as never)
  return file === undefined ? undefined : resolve(folder, file)
}

/** The same configuration with the fixtures of the release that the rehearsal starts from. Throws USAGE. */
export function withSource(config: Config, source: string): Config {
  return { ...config, source, fixtures: config.fixtures.map((fixture) => fixtureOf(fixture, source)) }
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

export function rollbackKind(way: Configured): RollbackKind<unknown> {
  const kind = rollbacks.find(({ name }) => name === way.kind)
  if (!kind) throw new RehearsalError('INTERNAL', `no rollback kind ${way.kind}`)
  return kind as RollbackKind<unknown>
}

/** What each way back names besides its steps, in the order of the configuration. */
export function namedByWays(config: Config): Named[] {
  return config.rollback.map((way) => rollbackKind(way).named?.(way.options) ?? {})
}

/** What the strategy names besides its steps. */
export function namedByStrategy(config: Config): Named {
  const { strategy, options } = strategyOf(config)
  return strategy.named(options)
}

/** Every fixture of a rehearsal: those of the baseline, then those of the procedure, then those of the ways back. */
export function allFixtures(config: Config): readonly Configured[] {
  const procedure = [namedByStrategy(config), ...namedByWays(config)]
  const all = [...config.fixtures, ...procedure.flatMap(({ fixtures }) => fixtures ?? [])]
  const { source } = config
  return source === undefined ? all : all.map((fixture) => fixtureOf(fixture, source))
}

/** Place of the first fixture of each way back in the list of all. */
export function firstFixtures(config: Config): number[] {
  let next = config.fixtures.length + (namedByStrategy(config).fixtures ?? []).length
  return namedByWays(config).map(({ fixtures = [] }) => {
    next += fixtures.length
    return next - fixtures.length
  })
}

/** True for what this rehearsal makes itself: it can't be read before. */
export function isMadeHere(fixture: Configured): boolean {
  return /^\{(export|backup)\}/.test(fixtureKind(fixture).file?.(fixture.options as never) ?? '')
}

/** Whether a check changes data: by its own word, else by its kind. */
export function writesData(check: Configured): boolean {
  const { writes } = check.options as { readonly writes?: boolean }
  return writes ?? checkKind(check).writes?.(check.options as never) ?? false
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

/** Titles as ids, with a number where one repeats. */
export function numberedTitles(titles: readonly string[]): string[] {
  const seen = new Map<string, number>()
  return titles.map((title) => {
    const count = (seen.get(title) ?? 0) + 1
    seen.set(title, count)
    return count === 1 ? title : `${title} (${count})`
  })
}

/** Files of this machine that checks read, relative to the configuration's folder. */
export function checkedFiles(config: Config): string[] {
  const all = [...config.smoke, ...config.ready.checks, ...(namedByStrategy(config).checks ?? [])]
  return all.flatMap((check) => checkKind(check).files?.(check.options as never) ?? [])
}

/** Every URL that checks, sign-in, fixtures and the procedure will ask. */
export function smokeUrls(config: Config): string[] {
  const own = namedByStrategy(config)
  const checked = [...config.smoke, ...config.ready.checks, ...(own.checks ?? [])]
  const asked = checked.flatMap((check) => checkKind(check).urls?.(check.options as never) ?? [])
  const loaded = allFixtures(config).flatMap((fixture) => fixtureKind(fixture).urls?.(fixture.options as never) ?? [])
  const signIn = config['sign-in']
  const all = [
    ...asked,
    ...loaded,
    ...(own.urls ?? []),
    ...namedByWays(config).flatMap(({ urls = [] }) => urls),
    ...dataUrls(config),
    ...invariantsOf(config).flatMap((one) => checkKind(one).urls?.(one.options as never) ?? []),
  ]
  return signIn && 'request' in signIn ? [...all, signIn.request.post] : all
}

function dataUrls(config: Config): string[] {
  return storesOf(config).flatMap((store) => dataKind(store).urls?.(store.options as never) ?? [])
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

/** Volumes that the procedure and the ways back name, as the stack knows them, with the place where they do. */
export function procedureVolumes(config: Config): { readonly key: string; readonly at: readonly PropertyKey[] }[] {
  const upgrade = volumesOf(namedByStrategy(config), config)
  const back = namedByWays(config).map((named) => volumesOf(named, config))
  return [
    ...upgrade.map((key) => ({ key, at: ['upgrade'] })),
    ...back.flatMap((keys, index) => keys.map((key) => ({ key, at: ['rollback', index] }))),
  ]
}

function volumesOf(named: Named, config: Config): string[] {
  const filled = (named.fixtures ?? []).flatMap(
    (fixture) => fixtureKind(fixture).volume?.(fixture.options as never, config.folder) ?? [],
  )
  return [...(named.volumes ?? []).map((volume) => volumeKey(volume, config.folder)), ...filled]
}
