import type { Config, Configured } from '../config/index.ts'
import { stackHome } from '../config/index.ts'
import { volumeKey } from '../fixtures/volume-key.ts'
import type { Mount, Release } from '../releases/release.ts'
import { checkKind } from './kinds.ts'
import type { Coverage } from './plan.ts'
import { dataKind, invariantsOf, storeName, storesOf } from './stores.ts'

/** What the checks and the fingerprints look at. */
export function coverageOf(config: Config, releases: readonly Release[]): Coverage {
  const asked = [...config.smoke, ...invariantsOf(config)].flatMap((check) => {
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
    volumes: volumesOf(config, releases),
    ...(config.ready.steady === undefined ? {} : { steadyMs: config.ready.steady }),
    ...(config['fresh-install'] ? { fresh: true as const } : {}),
  }
}

/** Of both ends of the path: one that the target has no more held data too. */
function volumesOf(config: Config, releases: readonly Release[]): Coverage['volumes'] {
  const uses = [releases.at(0), releases.at(-1)].flatMap((release) => release?.images ?? [])
  const mounted = uses.flatMap(({ service, mounts = [] }) => mounts.map((mount) => ({ service, mount })))
  const stores = storesOf(config)
  return [...Map.groupBy(mounted, ({ mount }) => mount.volume)].map(([volume, all]) => {
    const looks = (store: Configured) =>
      all.some(({ service, mount }) => looksInto(store, service, mount, config.folder))
    return { volume, stores: stores.filter(looks).map(storeName) }
  })
}

function looksInto(store: Configured, service: string, { volume, target }: Mount, folder: string): boolean {
  const kind = dataKind(store)
  const options = store.options as never
  const named = kind.volumes?.(options) ?? []
  if (named.some((one) => volumeKey(one, folder) === volumeKey(volume, folder))) return true
  if (!kind.services(options).includes(service)) return false
  const paths = kind.paths?.(options)
  // A database has all that its service mounts.
  return paths === undefined || paths.some((path) => isWithin(path, target) || isWithin(target, path))
}

function isWithin(path: string, folder: string): boolean {
  const home = folder.replace(/\/+$/, '')
  return path === home || path.startsWith(`${home}/`)
}
