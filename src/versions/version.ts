import semver from 'semver'

/** How a project numbers its releases. */
export type Scheme = 'semver' | 'calendar'

/** A version with a place in the order of releases. */
export interface Version {
  /** As it is written, without what the tag has around it. */
  readonly text: string
  /** Its place among others: zeros filled in, `2024.06` and `2024.6` alike. */
  readonly order: semver.SemVer
  /** How many numbers it is written with; a tag with fewer than another one may only point to it. */
  readonly parts: number
  readonly prerelease: boolean
}

const form = /^(?<major>\d+)(?:\.(?<minor>\d+))?(?:\.(?<patch>\d+))?(?:[-._]?(?<word>[a-z]+)[-._]?(?<count>\d*))?$/i
const longForm = /^(?<numbers>\d+\.\d+\.\d+)-(?<rest>[0-9a-z.-]+)$/i
const prereleases = /^(a|alpha|b|beta|c|rc|cr|pre|preview|dev|m|milestone|nightly|snapshot|canary|next|test)$/i

/**
 * Reads a version strictly. Undefined for what is none in this scheme: a name such as `latest`, another flavour such as
 * `1.2.3-alpine`, a calendar version without its month.
 */
export function parseVersion(text: string, scheme: Scheme): Version | undefined {
  const found = form.exec(text)?.groups
  const { major = '', minor, patch, word, count } = found ?? {}
  if (!found) return parseLong(text, scheme)
  const parts = [major, minor, patch].filter((part) => part !== undefined).length
  if (word !== undefined && !prereleases.test(word)) return undefined
  if (scheme === 'calendar' && !isDate(major, minor)) return undefined
  // A nightly of 20241001 would be newer than every release for ever.
  const isDated = [major, minor, patch].some((part) => /^0\d/.test(part ?? '')) || Number(major) >= 1_900
  if (scheme === 'semver' && isDated) return undefined
  const tail = word === undefined ? '' : `-${word.toLowerCase()}${count ? `.${Number(count)}` : ''}`
  return made(text, `${numbers(major, minor, patch)}${tail}`, parts)
}

/** Pre-releases of semver with more than one word and one number: `2.0.0-rc.1.fix`, `2.0.0-0`. */
function parseLong(text: string, scheme: Scheme): Version | undefined {
  const { numbers: three, rest = '' } = longForm.exec(text)?.groups ?? {}
  const [first = ''] = rest.split(/[.-]/)
  if (scheme !== 'semver' || three === undefined || !prereleases.test(first.replace(/\d+$/, '') || 'pre'))
    return undefined
  return made(text, text, 3)
}

function made(text: string, semantic: string, parts: number): Version | undefined {
  const order = semver.parse(semantic)
  return order ? { text, order, parts, prerelease: order.prerelease.length > 0 } : undefined
}

function numbers(...written: readonly (string | undefined)[]): string {
  return written.map((part) => Number(part ?? 0)).join('.')
}

/** `2024.10`, `24.04`: a year and a month in front. */
function isDate(year: string, month: string | undefined): boolean {
  return (/^(19|20)\d\d$/.test(year) || /^\d\d$/.test(year)) && Number(month) >= 1 && Number(month) <= 12
}

/** Ascending; where two are the same release, the one that says more comes last. */
export function compareVersions(one: Version, other: Version): number {
  return semver.compare(one.order, other.order) || one.parts - other.parts
}

export function isOlder(one: Version, other: Version): boolean {
  return semver.lt(one.order, other.order)
}

export function isSameRelease(one: Version, other: Version): boolean {
  return semver.compare(one.order, other.order) === 0
}

/** `1.9` of 1.9.4. */
export function minorOf({ order }: Version): string {
  return `${order.major}.${order.minor}`
}

export function majorOf({ order }: Version): string {
  return `${order.major}`
}
