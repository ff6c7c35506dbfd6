import type { Config, Configured } from '../config/index.ts'
import { recogniseData } from '../data/index.ts'
import type { ImageUse, Release } from '../releases/release.ts'

/** The configuration with the stores that the images of a path tell of: those that source and target both have. */
export function withRecognised(config: Config, releases: readonly Release[]): Config {
  const [source, target] = [releases.at(0)?.images ?? [], releases.at(-1)?.images ?? []]
  const known = (uses: readonly ImageUse[]) => recogniseData(uses.flatMap(imageOf))
  const after = new Set(known(target).map(keyOf))
  const recognised = known(source)
    .filter((store) => after.has(keyOf(store)))
    // The order in which Compose lists services is not the same each time.
    .toSorted((one, other) => keyOf(one).localeCompare(keyOf(other)))
  return recognised.length > 0 ? { ...config, recognised } : config
}

function keyOf(store: Configured): string {
  return JSON.stringify([store.kind, store.options])
}

/** Images of this maker's have an environment of their own, which the clients do not know. */
const foreign = /(^|\/)bitnami(legacy|secure)?\//

function imageOf({ service, reference, mounts = [], replicas }: ImageUse) {
  const [name = ''] = reference.split('@')
  const image = name.split('/').at(-1)?.split(':')[0]
  if (!image || foreign.test(reference) || replicas === 0) return []
  return [{ service, image, isKept: mounts.length > 0 }]
}
