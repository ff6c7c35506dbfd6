import { compareVersions, parseVersion } from '../versions/index.ts'

/** The order of releases by whichever scheme reads both; other names by their letters, behind. */
export function compareNames(one: string, other: string): number {
  for (const scheme of ['semver', 'calendar'] as const) {
    const [a, b] = [parseVersion(one, scheme), parseVersion(other, scheme)]
    if (a && b) return compareVersions(a, b)
  }
  return one === other ? 0 : one < other ? -1 : 1
}
