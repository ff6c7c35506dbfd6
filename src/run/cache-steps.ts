import { arch } from 'node:os'
import { cacheKey, hashPath } from '../cache/key.ts'
import { isFit, openEntry } from '../cache/read-entry.ts'
import { writeEntry } from '../cache/write-entry.ts'
import { RehearsalError } from '../errors.ts'
import { formatBytes } from '../fields/index.ts'
import { fixturePath, fixtureTitle } from '../plan/kinds.ts'
import { toolVersion } from '../version.ts'
import type { Scene, Spot } from './scene.ts'
import { tellable } from './tellable.ts'

/** Fills all volumes from the cache, where it has an entry for this very baseline that is whole. */
export async function loadFromCache(scene: Scene, { signal }: Spot): Promise<string> {
  const { journal, stack } = scene.ports
  const { folder } = cacheOf(scene)
  const key = await keyOf(scene, signal)
  scene.cacheKey = key
  const opened = await openEntry(folder, key, signal)
  if (opened.kind !== 'found') {
    const why = opened.kind === 'rejected' ? { why: opened.why } : {}
    journal.write({ type: 'cache', outcome: opened.kind, key, ...why })
    return opened.kind === 'none' ? 'none there yet' : `rejected: ${opened.why}; it is restored anew`
  }
  try {
    if (!isFit(opened, stack.volumeKeys)) {
      const why = 'it is of other volumes'
      journal.write({ type: 'cache', outcome: 'rejected', key, why })
      return `rejected: ${why}; it is restored anew`
    }
    await stack.unpackVolumes(opened.stream(), signal)
  } finally {
    await opened.close()
  }
  scene.cached = true
  journal.write({ type: 'cache', outcome: 'used', key, createdAt: opened.createdAt })
  return `${formatBytes(opened.bytes)}, made ${opened.createdAt}: the baseline starts from it`
}

/** Keeps what all volumes hold. That it can't be kept is told, and ends nothing. */
export async function saveToCache(scene: Scene, { signal }: Spot): Promise<string> {
  const { journal, stack } = scene.ports
  const { folder } = cacheOf(scene)
  const key = scene.cacheKey ?? ''
  const entry = { key, facts: { volumes: stack.volumeKeys }, createdAt: new Date().toISOString() }
  try {
    // What lies there now may be another backup than the one that was restored.
    if ((await keyOf(scene, signal)) !== key)
      throw new RehearsalError('FIXTURE_PARTIAL', 'a backup or a file of the stack has changed while it was restored')
    const bytes = await writeEntry(folder, entry, await stack.packVolumes(signal), signal)
    journal.write({ type: 'cache', outcome: 'kept', key })
    return formatBytes(bytes)
  } catch (thrown) {
    const why = tellable(thrown, signal)
    journal.write({ type: 'cache', outcome: 'not-kept', key, why })
    return `not kept: ${why}`
  }
}

function cacheOf({ ports }: Scene) {
  if (!ports.cache) throw new RehearsalError('INTERNAL', 'no cache is configured')
  return ports.cache
}

async function keyOf(scene: Scene, signal: AbortSignal): Promise<string> {
  const { config, plan } = scene.ports
  const images = (plan.releases[0]?.images ?? []).map(({ service, reference }) => {
    const image = scene.images.find((one) => one.reference === reference)
    return [service, image?.digest ?? image?.id ?? ''] as const
  })
  const fixtures = await Promise.all(
    config.fixtures.map(async (fixture, index) => {
      const path = fixturePath(fixture, config.folder)
      return [`${index} ${fixtureTitle(fixture)}`, path === undefined ? '' : await hashPath(path, signal)] as const
    }),
  )
  return cacheKey({
    tool: toolVersion,
    images: Object.fromEntries(images),
    fixtures: Object.fromEntries(fixtures),
    configuration: await cacheOf(scene).configuration(signal),
    arch: arch(),
  })
}
