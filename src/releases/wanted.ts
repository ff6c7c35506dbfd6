import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import type { Place } from '../fields/index.ts'
import type { BaseFiles } from './base-files.ts'
import type { DiscoveryTools } from './known-releases.ts'
import { versionFrom } from './path.ts'
import { isReference, isTag, tagOf } from './reference.ts'
import type { Release } from './release.ts'
import { findRoute, type Route } from './route.ts'

/** What the command line may say about source and target. */
export interface Wanted {
  readonly from?: string
  readonly to?: string
  readonly toImage?: string
  /** The whole path, source first, where it is not to be looked for. */
  readonly versions?: readonly string[]
  /** What each pin holds in the source and in the target, where the two differ by more than their version. */
  readonly pins?: { readonly source: readonly string[]; readonly target: readonly string[] }
  /** Where the source is another commit than the checkout. */
  readonly base?: BaseFiles
}

/** The releases of the path, source first, and what people should know about the way. */
export interface Resolved {
  readonly releases: readonly Release[]
  readonly notes: readonly string[]
}

/** At a stop, a pin that does not change stays what it is. */
export function bumped(
  { source, target }: NonNullable<Wanted['pins']>,
  place: Place,
  values: () => readonly string[],
): readonly string[] {
  if (place === 'source' || place === 'target') return place === 'source' ? source : target
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

export function checkedTag(tag: string): string {
  if (isTag(tag)) return tag
  throw new RehearsalError('USAGE', `"${tag}" can't be an image's tag`, {
    hint: 'a tag has letters, digits, ".", "_" and "-"',
  })
}

/** The releases to visit: as they are named, or by the policy. Throws CONFIG, USAGE, PULL_… and PATH_UNSUPPORTED. */
export async function releasePath(config: Config, from: string, wanted: Wanted, tools: DiscoveryTools): Promise<Route> {
  if (wanted.versions) return { versions: wanted.versions, notes: [] }
  return await findRoute(config, from, targetVersion(config, wanted), tools)
}

/** Place of the release that production has, on a path that may begin before it. */
export function sourcePlace({ path }: Config, versions: readonly string[], source: string): number {
  const place = path['carry-from'] === versions[0] ? versions.indexOf(source) : 0
  return place > 0 && place < versions.length - 1 ? place : 0
}
