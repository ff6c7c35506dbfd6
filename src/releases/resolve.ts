import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { pathOf, tagFor, versionFrom } from './path.ts'
import { bindPin, type Pin, placed, readPinFile, readReplaced } from './pinned-files.ts'
import { isReference, isTag, tagOf, withTag } from './reference.ts'
import type { ImageUse, Release } from './release.ts'

/** What the command line may say about source and target. */
export interface Wanted {
  readonly from?: string
  readonly to?: string
  readonly toImage?: string
}

/** Real path → content: what the stack reads instead while one release is looked at. */
export type Replaced = ReadonlyMap<string, string | Buffer>

/** Reads the stack as it is with some files replaced: reference by service. Implemented by `stack/`. */
export type ReadStack = (
  release: number,
  replaced: Replaced,
  pinnedKeys: ReadonlySet<string>,
) => Promise<ReadonlyMap<string, string>>

/** The releases of the path, source first, each with the images of all services. Throws CONFIG and SAME_IMAGE. */
export async function resolveReleases(config: Config, wanted: Wanted, readStack: ReadStack): Promise<Release[]> {
  if (config.stack.kind === 'single') return resolveSingle(config, config.stack.image, wanted)
  if (!config.pin) {
    throw new RehearsalError(
      'CONFIG',
      `${config.at(['stack'])}: a Compose stack needs a pin: where is production's version written?`,
      {
        hint: 'for example  pin: { env: { file: .env, key: APP_VERSION } }',
      },
    )
  }
  const texts = await readReplaced(config)
  const readPins = config.pin.map((pin, index) => bindPin(pin, index, config))
  for (const pin of readPins) {
    if (!texts.has(pin.path)) texts.set(pin.path, await readPinFile(pin))
  }
  const tags = readPins.map((pin) => pin.read(String(texts.get(pin.path))))
  const source = wanted.from ?? config.path.from ?? versionFrom(tags[0] as string, config.path.tags)
  const versions = releasePath(config, source, wanted)
  // Without an override the source is what the pins say, whatever each of them says.
  const sourceIsPinned = wanted.from === undefined && config.path.from === undefined
  const keys = new Set(readPins.flatMap((pin) => pin.keys))
  const edited = versions.map((version, index) => {
    const replaced = new Map(texts)
    readPins.forEach((pin, at) => {
      const value = index === 0 && sourceIsPinned ? (tags[at] as string) : checkedTag(tagFor(version, config.path.tags))
      replaced.set(pin.path, pin.write(String(replaced.get(pin.path)), value))
    })
    return replaced
  })
  const reading = edited.map((replaced, index) => readStack(index, replaced, keys))
  // What still reads when another one has failed would write into a folder that is being removed.
  await Promise.allSettled(reading)
  const images = await Promise.all(reading)
  const pinned = await findPinned(images, readPins, texts, readStack, keys, versions)
  if (pinned.size === 0) {
    const titles = readPins.map((pin) => pin.title).join(', ')
    throw new RehearsalError('SAME_IMAGE', `another value of ${titles} changes no service's image`, {
      hint: 'is the variable used in the image of a service, and is it the right Compose file?',
    })
  }
  return versions.map((version, index) => {
    const isTarget = index === versions.length - 1
    const uses = [...(images[index] ?? [])].map(([service, reference]): ImageUse => {
      const overridden = isTarget && wanted.toImage !== undefined && pinned.has(service) ? wanted.toImage : reference
      return { service, reference: overridden, pinned: pinned.has(service) }
    })
    return { version, images: uses }
  })
}

/** Services whose image follows the pins. */
async function findPinned(
  images: readonly ReadonlyMap<string, string>[],
  readPins: readonly Pin[],
  texts: Replaced,
  readStack: ReadStack,
  keys: ReadonlySet<string>,
  versions: readonly string[],
): Promise<Set<string>> {
  const [source = new Map<string, string>()] = images
  const different = async () => {
    const target = images.at(-1)
    if (target && versions[0] !== versions.at(-1)) return target
    // Source and target have one version, as a candidate can have: a value that nobody uses tells the services apart.
    const probe = new Map(texts)
    for (const pin of readPins) probe.set(pin.path, pin.write(String(probe.get(pin.path)), 'upgrade-rehearsal-probe'))
    return await readStack(versions.length, probe, keys)
  }
  const compared = await different()
  return new Set(
    [...source].filter(([service, reference]) => compared.get(service) !== reference).map(([service]) => service),
  )
}

function resolveSingle(config: Config, image: string, wanted: Wanted): Release[] {
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
  const versions = releasePath(config, from, wanted)
  return versions.map((version, index) => {
    const isTarget = index === versions.length - 1
    const own =
      index === 0 && from === versionFrom(tag ?? '', config.path.tags)
        ? image
        : withTag(image, checkedTag(tagFor(version, config.path.tags)))
    const reference = isTarget && wanted.toImage !== undefined ? wanted.toImage : own
    return { version, images: [{ service: 'app', reference, pinned: true }] }
  })
}

function targetVersion(config: Config, wanted: Wanted): string {
  if (wanted.toImage !== undefined && !isReference(wanted.toImage)) {
    throw new RehearsalError('USAGE', `--to-image ${wanted.toImage} is not an image reference`)
  }
  const candidate = wanted.toImage === undefined ? undefined : versionOfImage(wanted.toImage, config)
  const version = wanted.to ?? candidate ?? config.path.to
  if (version !== undefined) return version
  throw new RehearsalError('USAGE', 'which version is the target?', {
    hint: 'add --to VERSION, --to-image REFERENCE, or path.to to the configuration',
  })
}

/** By its tag; an image that is named by its digest alone goes by the end of that. */
function versionOfImage(reference: string, config: Config): string {
  const tag = tagOf(reference)
  return tag === undefined ? reference.slice(-12) : versionFrom(tag, config.path.tags)
}

function checkedTag(tag: string): string {
  if (isTag(tag)) return tag
  throw new RehearsalError('USAGE', `"${tag}" can't be an image's tag`, {
    hint: 'a tag has letters, digits, ".", "_" and "-"',
  })
}

function releasePath(config: Config, from: string, wanted: Wanted): string[] {
  const to = targetVersion(config, wanted)
  return placed(config.at(['path', 'stops']), () => pathOf(from, to, config.path.stops))
}
