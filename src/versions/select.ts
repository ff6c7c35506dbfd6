import semver from 'semver'
import { majorOf, minorOf, type Version } from './version.ts'

/** Which releases are meant, as people write it, understood. */
export type Selection =
  | { readonly kind: 'all' }
  | { readonly kind: 'last'; readonly count: number; readonly of: 'majors' | 'minors' | 'releases' }
  | { readonly kind: 'range'; readonly range: string }
  | { readonly kind: 'ends'; readonly ends: readonly ('first' | 'last')[]; readonly of: 'major' | 'minor' }
  /** `until` is a day, `2027-01-31`, or `today`. */
  | { readonly kind: 'supported'; readonly until: string }

/** A release with the last day of its support, where that is known. */
export interface Known extends Version {
  readonly supportedUntil?: string
}

export const selectionForms = [
  'all',
  'last 3 minors',
  '>=1.8 <2',
  'first and last patch of each minor',
  'supported until 2027-01-31',
] as const

/** Undefined for what is no selection. */
export function parseSelection(text: string): Selection | undefined {
  const line = text.trim().replace(/\s+/g, ' ')
  if (line === 'all') return { kind: 'all' }
  const [, count, of] = /^last (\d+) (major|minor|release)s?$/.exec(line) ?? []
  if (count !== undefined && Number(count) > 0) {
    return { kind: 'last', count: Number(count), of: `${of as 'major' | 'minor' | 'release'}s` }
  }
  const [, which, group] = /^(first and last|first|last) (?:patch|release) of each (major|minor)$/.exec(line) ?? []
  if (which !== undefined) {
    return { kind: 'ends', ends: which.split(' and ') as ('first' | 'last')[], of: group as 'major' | 'minor' }
  }
  const [, until] = /^supported until (today|\d{4}-\d\d-\d\d)$/.exec(line) ?? []
  if (until !== undefined) return isDay(until) ? { kind: 'supported', until } : undefined
  // Without a comparison it would be one release, or a word that semver takes for every one.
  const isRange = /[<>=~^x*|]/.test(line) || /^\d+(\.\d+){0,2}$/.test(line)
  return isRange ? asRange(line) : undefined
}

/** Calendar versions are written with zeros that semver does not take. */
function asRange(line: string): Selection | undefined {
  const range = withoutZeros(line)
  return semver.validRange(range) === null ? undefined : { kind: 'range', range }
}

export function withoutZeros(range: string): string {
  return range.replace(/(^|\D)0+(?=\d)/g, '$1')
}

function isDay(text: string): boolean {
  return text === 'today' || !Number.isNaN(Date.parse(`${text}T00:00:00Z`))
}

/** The releases that a selection means, in their order. `releases` are ascending; `today` is `2026-11-25`. */
export function select(releases: readonly Known[], selection: Selection, today: string): Known[] {
  switch (selection.kind) {
    case 'all':
      return [...releases]
    case 'last':
      return lastOf(releases, selection)
    case 'range':
      return releases.filter((release) => inRange(release, selection.range))
    case 'ends':
      return endsOf(releases, selection)
    case 'supported': {
      const until = selection.until === 'today' ? today : selection.until
      return releases.filter(({ supportedUntil }) => supportedUntil !== undefined && supportedUntil >= until)
    }
  }
}

/** Pre-releases count where the range covers their place: 2.0.0-rc.1 is below 2.0.0. */
export function inRange(version: Version, range: string): boolean {
  return semver.satisfies(version.order, range, { includePrerelease: true })
}

function lastOf(releases: readonly Known[], { count, of }: Extract<Selection, { kind: 'last' }>): Known[] {
  if (of === 'releases') return releases.slice(-count)
  const line = of === 'minors' ? minorOf : majorOf
  const last = new Set([...new Set(releases.map(line))].slice(-count))
  return releases.filter((release) => last.has(line(release)))
}

function endsOf(releases: readonly Known[], { ends, of }: Extract<Selection, { kind: 'ends' }>): Known[] {
  const line = of === 'minor' ? minorOf : majorOf
  return releases.filter((release, index) => {
    const starts = index === 0 || line(releases[index - 1] as Known) !== line(release)
    const ended = index === releases.length - 1 || line(releases[index + 1] as Known) !== line(release)
    return (ends.includes('first') && starts) || (ends.includes('last') && ended)
  })
}
