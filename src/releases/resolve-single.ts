import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import type { DiscoveryTools } from './known-releases.ts'
import { tagFor, versionFrom } from './path.ts'
import { isReference, tagOf, withTag } from './reference.ts'
import { singleMounts } from './single-mounts.ts'
import { checkedTag, type Resolved, releasePath, sourcePlace, type Wanted } from './wanted.ts'

/** The same of a single image, whose pin is its tag. Throws CONFIG, USAGE and PATH_UNSUPPORTED. */
export async function resolveSingle(
  config: Config,
  image: string,
  wanted: Wanted,
  tools: DiscoveryTools,
): Promise<Resolved> {
  if (!isReference(image))
    throw new RehearsalError('CONFIG', `${config.at(['stack', 'image'])}: "${image}" is not an image reference`)
  const tag = tagOf(image)
  const from = wanted.from ?? config.path.from ?? (tag === undefined ? undefined : versionFrom(tag, config.path.tags))
  if (from === undefined) {
    throw new RehearsalError(
      'CONFIG',
      `${config.at(['stack', 'image'])}: "${image}" has no tag: which version runs in production?`,
    )
  }
  const { versions, notes } = await releasePath(config, from, wanted, tools)
  const pinned = versionFrom(tag ?? '', config.path.tags)
  const place = sourcePlace(config, versions, wanted.versions ? (config.path.from ?? pinned) : from)
  const mounts = singleMounts(config.stack)
  const releases = versions.map((version, index) => {
    const isTarget = index === versions.length - 1
    const own =
      index === place && version === pinned ? image : withTag(image, checkedTag(tagFor(version, config.path.tags)))
    const reference = isTarget && wanted.toImage !== undefined ? wanted.toImage : own
    const images = [{ service: 'app', reference, pinned: true, ...mounts }]
    return { version, images, ...(index < place ? { carried: true as const } : {}) }
  })
  return { releases, notes }
}
