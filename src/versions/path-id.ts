import { RehearsalError } from '../errors.ts'

const between = '..'

/** What the name of a path tells. */
export interface NamedPath {
  readonly from: string
  readonly to: string
  /** All its releases, source first; absent where the policy is to find them. */
  readonly versions?: readonly string[]
}

/** The name of a path: all its releases, `1.8.3..1.9.9..2.0.0`. The same path has the same name everywhere, always. */
export function pathId(versions: readonly string[]): string {
  return versions.join(between)
}

/** The name of a path that nobody has found: `1.8.3....2.0.0`, with a gap where its releases would stand. */
export function openPathId(from: string, to: string): string {
  return `${from}${between}${between}${to}`
}

/** The releases that a name tells. Throws USAGE. */
export function readPathId(id: string): NamedPath {
  const versions = id.split(between)
  const isOpen = versions.length === 3 && versions[1] === ''
  const named = isOpen ? versions.filter((version) => version !== '') : versions
  const [from, to] = [named.at(0), named.at(-1)]
  const valid = named.length >= 2 && named.every((version) => /^\w(?:[\w+-]|\.(?!\.))*$/.test(version))
  if (valid && from !== undefined && to !== undefined) return { from, to, ...(isOpen ? {} : { versions }) }
  throw new RehearsalError('USAGE', `"${id}" is no path`, {
    hint: 'a path is written as its releases, source first: 1.8.3..1.9.9..2.0.0; "plan --matrix" lists them',
  })
}

/** The names of what a path begins with: its source alone, then with each hop but the last one. Nothing of a path that nobody has found. */
export function prefixesOf(id: string): string[] {
  const { versions = [] } = readPathId(id)
  return versions.slice(0, -1).map((_, index) => pathId(versions.slice(0, index + 1)))
}

/** The paths of a list, as a matrix hands it to a job. Throws USAGE. */
export function readPathIds(list: string): string[] {
  const ids = list.split(/[\s,]+/).filter((id) => id !== '')
  for (const id of ids) readPathId(id)
  if (ids.length > 0) return ids
  throw new RehearsalError('USAGE', 'the list of paths is empty')
}
