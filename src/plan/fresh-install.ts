import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import type { Release } from '../releases/release.ts'
import type { StrategyStep } from '../strategies/strategy.ts'
import { arrival, type Draft, type StageDraft } from './drafts.ts'
import { dataKind, storeName, storesOf } from './stores.ts'

/**
 * The target on empty stores, after everything else: what the upgrade has made of the schema is compared with it. No backup
 * is restored; settings files are in their place already. Throws CONFIG where there is no schema to compare.
 */
export function freshInstall(
  config: Config,
  releases: readonly Release[],
  procedure: readonly StrategyStep[],
): StageDraft[] {
  if (!config['fresh-install']) return []
  const stores = storesOf(config).filter((store) => dataKind(store).hasSchema)
  if (stores.length === 0) {
    const message = `${config.at(['fresh-install'])}: no store here has a schema to compare; name a database under "data"`
    throw new RehearsalError('CONFIG', message)
  }
  // What is left up in the end is the upgraded stack.
  if (config.kept) return []
  const release = releases.length - 1
  const { version, images } = releases[release] as Release
  const there = new Set(images.map(({ service }) => service))
  const databases = stores
    .filter((store) => dataKind(store).needsServices !== false)
    .flatMap((store) => dataKind(store).services(store.options as never))
    .filter((service) => there.has(service))
  const migrations = migrationsIn(procedure)
  const steps: Draft[] = [
    { do: 'fresh', fixtures: config.fixtures.map((_, index) => index), title: 'new, empty volumes' },
    { do: 'create', release, title: `create ${version}` },
    ...(migrations.length > 0 && databases.length > 0 ? [up(databases)] : []),
    ...migrations,
    { do: 'start', title: `start ${version} on empty stores` },
    ...arrival(config, release),
    { do: 'compare-schema', title: `compare the schema of ${stores.map(storeName).join(', ')}` },
  ]
  const title = `a fresh install of ${version}, for its schema`
  return [{ phase: 'fresh', key: 'fresh', title, order: 'in-order', steps }]
}

function up(services: readonly string[]): Draft {
  const names = [...new Set(services)]
  return { do: 'up', services: names, title: `start only ${names.join(', ')}` }
}

/** One-shot commands of the target that come before it starts: a fresh install needs them too, and what they need running. */
function migrationsIn(procedure: readonly StrategyStep[]): Draft[] {
  const switched = procedure.findIndex((step) => step.do === 'create')
  return procedure.slice(switched + 1).flatMap((step) => {
    if (step.do !== 'command' || step.where !== 'once') return []
    const { quiesced: _, ...command } = step
    return [{ ...command, dependencies: true }]
  })
}
