import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { editedFiles, type Place, type Replaced } from './edited-files.ts'
import type { DiscoveryTools } from './known-releases.ts'
import { followers, hasOwnFiles, isBuilt, ownFiles, type Uses } from './own-files.ts'
import { tagFor, versionFrom } from './path.ts'
import { bindPin, type FixtureTools, readPinFile, readReplaced, readText } from './pinned-files.ts'
import { isReference, isTag, tagOf, withTag } from './reference.ts'
import type { ImageUse, Mount, Release } from './release.ts'
import { findRoute, type Route } from './route.ts'
import { singleMounts } from './single-mounts.ts'

/** What the command line may say about source and target. */
export interface Wanted {
  readonly from?: string
  readonly to?: string
  readonly toImage?: string
  /** The whole path, source first, where it is not to be looked for. */
  readonly versions?: readonly string[]
  /** What each pin holds in the source and in the target, where the two differ by more than their version. */
  readonly pins?: { readonly source: readonly string[]; readonly target: readonly string[] }
}

/** The releases of the path, source first, and what people should know about the way. */
export interface Resolved {
  readonly releases: readonly Release[]
  readonly notes: readonly string[]
}

/** One release as the operator would have it on disk. */
export interface Reading {
  /** Place in the path; one more than there are for a probe. */
  readonly index: number
  readonly place: Place
  readonly version: string
  /** What the pins hold for it: a tag, or the ref of a source build. */
  readonly ref: string
  readonly replaced: Replaced
  /** Variables that a pin decides: the environment's own must not win over the edited file. */
  readonly pinned: ReadonlySet<string>
  /** Variables that pins hand to Compose. */
  readonly variables: Readonly<Record<string, string>>
}

/** What a release says of one service. */
export interface ServiceUse {
  readonly reference: string
  /** How many containers it has; absent for one. */
  readonly replicas?: number
  readonly mounts?: readonly Mount[]
}

/** Reads the stack as it is for one release. Implemented by `stack/`. */
export type ReadStack = (reading: Reading) => Promise<ReadonlyMap<string, ServiceUse>>

/** The releases of the path, each with the images of all services. Throws CONFIG, SAME_IMAGE and PATH_UNSUPPORTED. */
export async function resolveReleases(
  config: Config,
  wanted: Wanted,
  readStack: ReadStack,
  tools: FixtureTools & DiscoveryTools,
): Promise<Resolved> {
  if (config.stack.kind === 'single') return await resolveSingle(config, config.stack.image, wanted, tools)
  if (!config.pin) {
    throw new RehearsalError(
      'CONFIG',
      `${config.at(['stack'])}: a Compose stack needs a pin: where is production's version written?`,
      {
        hint: 'for example  pin: { env: { file: .env, key: APP_VERSION } }',
      },
    )
  }
  const texts = await readReplaced(config, tools)
  const readPins = config.pin.map((pin, index) => bindPin(pin, index, config))
  for (const pin of readPins) {
    if (!texts.has(pin.path)) texts.set(pin.path, await readPinFile(pin))
  }
  const tags = readPins.map((pin) => pin.read(String(texts.get(pin.path))))
  const from = wanted.from ?? config.path.from ?? versionFrom(tags[0] as string, config.path.tags)
  const { versions, notes } = await releasePath(config, from, wanted, tools)
  // Without an override the source is what the pins say, whatever each of them says.
  const sourceIsPinned = wanted.from === undefined && config.path.from === undefined
  const reading = async (index: number, version: string, place: Place, values: readonly string[]): Promise<Reading> => {
    const keys = readPins.flatMap((pin) => [...pin.keys, ...(pin.sets === undefined ? [] : [pin.sets])])
    const variables = readPins.flatMap((pin, at) => (pin.sets === undefined ? [] : [[pin.sets, values[at] as string]]))
    const replaced = await editedFiles(config, readPins, values, { place, version }, texts, readText)
    const release = { index, version, place, ref: values[0] as string, replaced }
    return { ...release, pinned: new Set(keys), variables: Object.fromEntries(variables) }
  }
  const placeOf = (index: number): Place => (index === 0 ? 'source' : index === versions.length - 1 ? 'target' : 'stop')
  const allSame = (value: string) => readPins.map(() => value)
  const readings = versions.map(async (version, index) => {
    const values = () => (index === 0 && sourceIsPinned ? tags : allSame(checkedTag(tagFor(version, config.path.tags))))
    const place = placeOf(index)
    const given = wanted.pins ? bumped(wanted.pins, place, values) : values()
    return await readStack(await reading(index, version, place, given))
  })
  // What still reads when another one has failed would write into a folder that is being removed.
  await Promise.allSettled(readings)
  const images = await Promise.all(readings)
  const [source, target] = [images[0] as Uses, images.at(-1) as Uses]
  // Where source and target have one version, as a candidate can have, or files of their own, a value that nobody uses
  // tells which services follow the pins.
  const probed = versions[0] === versions.at(-1) || hasOwnFiles(config)
  const compared =
    probed && !isBuilt(config)
      ? await readStack(await reading(versions.length, 'probe', 'source', allSame('upgrade-rehearsal-probe')))
      : target
  const pinned = new Set(
    [...source]
      .filter(([service, use]) => compared.get(service)?.reference !== use.reference)
      .map(([service]) => service),
  )
  if (pinned.size === 0) {
    const titles = readPins.map((pin) => pin.title).join(', ')
    throw new RehearsalError('SAME_IMAGE', `another value of ${titles} changes no service's image`, {
      hint: 'is the variable used in the image of a service, and is it the right Compose file?',
    })
  }
  const follows = followers(images, pinned)
  const releases = versions.map((version, index) => {
    const isTarget = index === versions.length - 1
    const uses = [...(images[index] ?? [])].map(([service, { reference, ...more }]): ImageUse => {
      const isPinned = follows(service, reference)
      const overridden = isTarget && wanted.toImage !== undefined && isPinned ? wanted.toImage : reference
      return { service, reference: overridden, pinned: isPinned, ...more }
    })
    const files = ownFiles(config, placeOf(index), version)
    return { version, images: uses, ...(files.length > 0 ? { files } : {}) }
  })
  return { releases, notes }
}

async function resolveSingle(config: Config, image: string, wanted: Wanted, tools: DiscoveryTools): Promise<Resolved> {
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
  const mounts = singleMounts(config.stack)
  const releases = versions.map((version, index) => {
    const isTarget = index === versions.length - 1
    const own =
      index === 0 && from === versionFrom(tag ?? '', config.path.tags)
        ? image
        : withTag(image, checkedTag(tagFor(version, config.path.tags)))
    const reference = isTarget && wanted.toImage !== undefined ? wanted.toImage : own
    return { version, images: [{ service: 'app', reference, pinned: true, ...mounts }] }
  })
  return { releases, notes }
}

/** At a stop, a pin that does not change stays what it is. */
function bumped(
  { source, target }: NonNullable<Wanted['pins']>,
  place: Place,
  values: () => readonly string[],
): readonly string[] {
  if (place !== 'stop') return place === 'source' ? source : target
  return values().map((value, index) => (source[index] === target[index] ? (source[index] as string) : value))
}

/** Undefined where nobody says; then the newest of the known releases is meant. */
export function targetVersion(config: Config, wanted: Wanted): string | undefined {
  if (wanted.toImage !== undefined && !isReference(wanted.toImage)) {
    throw new RehearsalError('USAGE', `--to-image ${wanted.toImage} is not an image reference`)
  }
  const candidate = wanted.toImage === undefined ? undefined : versionOfImage(wanted.toImage, config)
  return wanted.to ?? candidate ?? config.path.to
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

async function releasePath(config: Config, from: string, wanted: Wanted, tools: DiscoveryTools): Promise<Route> {
  if (wanted.versions) return { versions: wanted.versions, notes: [] }
  return await findRoute(config, from, targetVersion(config, wanted), tools)
}
