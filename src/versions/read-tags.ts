import { compareVersions, isSameRelease, majorOf, minorOf, parseVersion, type Scheme, type Version } from './version.ts'

/** How releases are recognised among all tags. */
export interface Reading {
  /** `v{version}`, `{version}-alpine`: what does not fit is another flavour. */
  readonly template: string
  readonly scheme: Scheme
  readonly prereleases: boolean
}

/**
 * The releases among the tags, oldest first. Left out are other flavours and names, tags that only point to a longer
 * one (`1.8` beside `1.8.3`), and pre-releases unless they are asked for.
 */
export function readTags(tags: readonly string[], { template, scheme, prereleases }: Reading): Version[] {
  const [before = '', after = ''] = template.split('{version}')
  const all = [...new Set(tags)].flatMap((tag): Version[] => {
    if (!tag.startsWith(before) || !tag.endsWith(after) || tag.length <= before.length + after.length) return []
    const version = parseVersion(tag.slice(before.length, tag.length - after.length), scheme)
    return version ? [version] : []
  })
  const wanted = all.filter((version) => !pointsToAnother(version, all, scheme))
  const kept = wanted.filter(({ prerelease }) => prereleases || !prerelease).sort(compareVersions)
  return kept.filter((version, index) => {
    const next = kept[index + 1]
    return !next || !isSameRelease(version, next)
  })
}

/** In a calendar, 2024.10 is a release of its own beside 2024.10.1; a moving tag only beside 2024.10.0. */
function pointsToAnother(version: Version, all: readonly Version[], scheme: Scheme): boolean {
  if (version.parts === 3 || version.prerelease) return false
  const longer = all.filter((other) => other.parts > version.parts && !other.prerelease)
  if (scheme === 'calendar') return longer.some((other) => isSameRelease(other, version))
  return longer.some((other) =>
    version.parts === 1 ? majorOf(other) === majorOf(version) : minorOf(other) === minorOf(version),
  )
}

/** Templates that would recognise releases among these tags, the most fruitful first: what to write instead. */
export function fittingTemplates(tags: readonly string[], scheme: Scheme): { template: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const tag of tags) {
    const [, before = '', version = '', after = ''] = /^(.*?)(\d+(?:\.\d+){1,2})(-[a-z][a-z0-9-]*)?$/i.exec(tag) ?? []
    if (!parseVersion(version, scheme) || parseVersion(`${version}${after}`, scheme)?.prerelease) continue
    const template = `${before}{version}${after}`
    counts.set(template, (counts.get(template) ?? 0) + 1)
  }
  return [...counts]
    .map(([template, count]) => ({ template, count }))
    .sort((one, other) => other.count - one.count || one.template.localeCompare(other.template))
}
