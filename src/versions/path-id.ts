import { RehearsalError } from '../errors.ts'

const between = '..'

/** The name of a path: all its releases, `1.8.3..1.9.9..2.0.0`. The same path has the same name everywhere, always. */
export function pathId(versions: readonly string[]): string {
  return versions.join(between)
}

/** The releases that a name tells, source first. Throws USAGE. */
export function releasesOf(id: string): string[] {
  const versions = id.split(between)
  if (versions.length >= 2 && versions.every((version) => /^[\w.+-]+$/.test(version))) return versions
  throw new RehearsalError('USAGE', `"${id}" is no path`, {
    hint: 'a path is written as its releases, source first: 1.8.3..1.9.9..2.0.0; "plan --matrix" lists them',
  })
}
