import semver from 'semver'
import { inRange, withoutZeros } from './select.ts'
import { parseVersion, type Scheme, type Version } from './version.ts'

/** The longest jump that one hop may make: to the next release, minor or major that there is, or any. */
export const steps = ['any', 'patch', 'minor', 'major'] as const
export type Step = (typeof steps)[number]

/** What a project permits on the way from one release to another. */
export interface Policy {
  readonly step: Step
  /** A version, or `1.9.x` for any release of that minor. */
  readonly stops: readonly string[]
  /** A version or a range of versions, and why nobody should install them. */
  readonly forbidden: readonly { readonly version: string; readonly because: string }[]
  readonly downgrade: boolean
}

/** `1.9.x`, `2.x`: any release of a line. */
export function isLine(stop: string): boolean {
  return /^\d+(\.\d+)?\.x$/.test(stop)
}

/** Why a release must not be installed; undefined where it may. */
export function forbiddance(version: Version, { forbidden }: Policy, scheme: Scheme): string | undefined {
  return forbidden.find((one) => isMeant(version, one.version, scheme))?.because
}

/** Whether a version, a line or a range as it is written means this release. */
export function isMeant(version: Version, written: string, scheme: Scheme): boolean {
  const exact = parseVersion(written, scheme)
  if (exact) return semver.eq(exact.order, version.order)
  return version.text === written || (isRange(written) && inRange(version, withoutZeros(written)))
}

export function isRange(written: string): boolean {
  return semver.validRange(withoutZeros(written)) !== null
}

/** Where a stop stands in the order of releases; undefined where it is no version. */
export function placeOfStop(stop: string, scheme: Scheme): semver.SemVer | undefined {
  if (!isLine(stop)) return parseVersion(stop, scheme)?.order
  return semver.minVersion(withoutZeros(stop)) ?? undefined
}
