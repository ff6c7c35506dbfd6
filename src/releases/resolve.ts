import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import type { Place } from '../fields/index.ts'
import { baseTitles } from './base-files.ts'
import { editedFiles, type PinEdit, type Replaced } from './edited-files.ts'
import type { DiscoveryTools } from './known-releases.ts'
import { followers, hasOwnFiles, isBuilt, ownFiles, type Uses } from './own-files.ts'
import { tagFor, versionFrom } from './path.ts'
import {
  bindPin,
  type FixtureTools,
  type Pin,
  readPinFile,
  readReplaced,
  readText,
  replacedPerRelease,
} from './pinned-files.ts'
import type { ImageUse, Mount } from './release.ts'
import { resolveSingle } from './resolve-single.ts'
import { bumped, checkedTag, type Resolved, releasePath, sourcePlace, type Wanted } from './wanted.ts'

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
  const fromFixtures = await readReplaced(config, tools)
  const readPins = config.pin.map((pin, index) => bindPin(pin, index, config))
  const texts = new Map(fromFixtures)
  const readTags = async () => {
    for (const pin of readPins) {
      if (!texts.has(pin.path)) texts.set(pin.path, await readPinFile(pin))
    }
    return readPins.map((pin) => pin.read(String(texts.get(pin.path))))
  }
  const given = wanted.from ?? config.path.from
  if (given === undefined) refuseCircle(config, readPins)
  const from = given ?? versionFrom((await readTags())[0] as string, config.path.tags)
  const { versions, notes } = await releasePath(config, from, wanted, tools)
  const filled = new Map([...fromFixtures, ...(await readReplaced(config, tools, versions[0]))])
  for (const [path, content] of filled) texts.set(path, content)
  const tags = await readTags()
  const own = config.path.from ?? versionFrom(tags[0] as string, config.path.tags)
  const sourceAt = sourcePlace(config, versions, wanted.versions ? own : from)
  // Without an override the source is what the pins say, whatever each of them says.
  const sourceIsPinned = given === undefined
  const { base } = wanted
  // What production's own files are, a fixture knows better than the repository.
  const sourceTexts = base ? new Map([...texts, ...base.files, ...filled]) : texts
  const reading = async (index: number, version: string, place: Place, values: readonly string[]): Promise<Reading> => {
    const isSource = place === 'source'
    const edits = (isSource && base ? base.pins : readPins).flatMap((pin, at): PinEdit[] =>
      pin ? [{ pin, value: values[at] as string }] : [],
    )
    const keys = edits.flatMap(({ pin }) => [...pin.keys, ...(pin.sets === undefined ? [] : [pin.sets])])
    const variables = edits.flatMap(({ pin, value }) => (pin.sets === undefined ? [] : [[pin.sets, value]]))
    const known = isSource ? sourceTexts : texts
    const replaced = await editedFiles(config, edits, { place, version }, known, readText)
    const release = { index, version, place, ref: values[0] as string, replaced }
    return { ...release, pinned: new Set(keys), variables: Object.fromEntries(variables) }
  }
  const placeOf = (index: number): Place =>
    index === versions.length - 1 ? 'target' : index > sourceAt ? 'stop' : index === sourceAt ? 'source' : 'carried'
  const allSame = (value: string) => readPins.map(() => value)
  const readings = versions.map(async (version, index) => {
    const values = () =>
      index === sourceAt && sourceIsPinned ? tags : allSame(checkedTag(tagFor(version, config.path.tags)))
    const place = placeOf(index)
    const given = wanted.pins ? bumped(wanted.pins, place, values) : values()
    return await readStack(await reading(index, version, place, given))
  })
  // What still reads when another one has failed would write into a folder that is being removed.
  await Promise.allSettled(readings)
  const images = await Promise.all(readings)
  const [source, target] = [images[sourceAt] as Uses, images.at(-1) as Uses]
  // Where source and target have one version, as a candidate can have, or files of their own, a value that nobody uses
  // tells which services follow the pins.
  const probed = versions[sourceAt] === versions.at(-1) || hasOwnFiles(config) || base !== undefined
  const compared =
    probed && !isBuilt(config)
      ? await readStack(await reading(versions.length, 'probe', 'source', probes(readPins, wanted)))
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
  const follows = followers(images, source, pinned)
  const releases = versions.map((version, index) => {
    const isTarget = index === versions.length - 1
    const uses = [...(images[index] ?? [])].map(([service, { reference, ...more }]): ImageUse => {
      const isPinned = follows(service, reference)
      const overridden = isTarget && wanted.toImage !== undefined && isPinned ? wanted.toImage : reference
      return { service, reference: overridden, pinned: isPinned, ...more }
    })
    const place = placeOf(index)
    const files = [...ownFiles(config, place, version), ...(place === 'source' ? baseTitles(config, base) : [])]
    const carried = place === 'carried' ? { carried: true as const } : {}
    return { version, images: uses, ...carried, ...(files.length > 0 ? { files } : {}) }
  })
  return { releases, notes: [...notes, ...(base?.notes ?? [])] }
}

/** Values that nobody uses; a pin that a version bump leaves alone keeps its own. */
function probes(pins: readonly Pin[], { pins: bump }: Wanted): string[] {
  return pins.map((_, index) => {
    const stays = bump !== undefined && bump.source[index] === bump.target[index]
    return stays ? (bump.source[index] as string) : 'upgrade-rehearsal-probe'
  })
}

/** A backup of the source's can't be asked which release the source is. Throws CONFIG. */
function refuseCircle(config: Config, pins: readonly { readonly path: string; readonly title: string }[]): void {
  for (const { path, title } of pins) {
    const at = replacedPerRelease(config, path)
    if (at === undefined) continue
    throw new RehearsalError(
      'CONFIG',
      `${at}: the source is read from ${title}, which this fixture of the source replaces`,
      {
        hint: 'say which version the source is, with --from or with from in path',
      },
    )
  }
}
