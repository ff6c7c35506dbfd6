import { relative } from 'node:path'
import type { Config } from '../config/index.ts'
import type { Pin } from './pinned-files.ts'

/** The source as it is at the commit that production runs, where the checkout has something else. */
export interface BaseFiles {
  readonly commit: string
  /** Real path → content. */
  readonly files: ReadonlyMap<string, Buffer>
  /** In the order of the configuration; undefined for one that is not there yet. */
  readonly pins: readonly (Pin | undefined)[]
  /** What people should know about it. */
  readonly notes: readonly string[]
}

/** The same for people, a file each. */
export function baseTitles({ folder }: Config, base: BaseFiles | undefined): string[] {
  return [...(base?.files.keys() ?? [])].map((path) => `${relative(folder, path)} at ${base?.commit.slice(0, 12)}`)
}
