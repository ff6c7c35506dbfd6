import semver from 'semver'
import { RehearsalError } from '../errors.ts'

/** What a pin holds for a version: `v{version}` of 1.2.3 is `v1.2.3`. */
export function tagFor(version: string, template: string): string {
  return template.replace('{version}', () => version)
}

/** The version that a pin's value means; a value of another form is taken as it is. */
export function versionFrom(tag: string, template: string): string {
  const [before = '', after = ''] = template.split('{version}')
  return tag.startsWith(before) && tag.endsWith(after) && tag.length > before.length + after.length
    ? tag.slice(before.length, tag.length - after.length)
    : tag
}

/** The releases to visit, source first. Stops that are not between source and target are left out. Throws CONFIG. */
export function pathOf(from: string, to: string, stops: readonly string[]): string[] {
  const [low, high] = [parse(from), parse(to)]
  const between = stops.filter((stop) => {
    if (stop === from || stop === to) return false
    const version = parse(stop)
    if (!low || !high || !version) return true
    return semver.gt(version, low) && semver.lt(version, high)
  })
  between.forEach((stop, index) => {
    const [before, here] = [parse(between[index - 1] ?? ''), parse(stop)]
    if (!before || !here || semver.lt(before, here)) return
    throw new RehearsalError(
      'CONFIG',
      `path.stops are not in ascending order: ${stop} stands after ${between[index - 1]}`,
    )
  })
  return [from, ...between, to]
}

/** A version as people write it: with a v in front, with two numbers or three, with a pre-release or without. */
function parse(version: string): semver.SemVer | null {
  return semver.coerce(version, { includePrerelease: true })
}
