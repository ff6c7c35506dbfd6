import { z } from 'zod'
import { listOf, path } from './scalars.ts'

/** Files that may differ between the releases of a path. */
export interface PerRelease {
  readonly from: readonly string[]
  readonly to: readonly string[]
  /** Files of a stop on the way; without them a stop has the target's. */
  readonly at: Readonly<Record<string, readonly string[]>>
}

const files = listOf(path)

/** A file or several, the same for every release; or `{ from, to }`, and a key for each stop that has files of its own. */
export const perRelease = z.union([
  files.transform((list): PerRelease => ({ from: list, to: list, at: {} })),
  z
    .record(z.string(), files)
    .refine((given) => 'from' in given && 'to' in given, { error: 'write both "from" and "to"' })
    .transform(({ from, to, ...at }): PerRelease => ({ from: from as string[], to: to as string[], at })),
])

/** A release's place in the path; `carried` is one before the source, from which fixtures are carried forward. */
export type Place = 'carried' | 'source' | 'target' | 'stop'

/** The files of one release. */
export function filesAt(files: PerRelease, place: Place, version: string): readonly string[] {
  if (place === 'source') return files.from
  if (place === 'carried') return files.at[version] ?? files.from
  return (place === 'stop' ? files.at[version] : undefined) ?? files.to
}
