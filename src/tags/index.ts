import { file } from './file.ts'
import { git } from './git.ts'
import { list } from './list.ts'
import { registry } from './registry.ts'

/** Every kind of place that knows the releases. A new kind is its file and a line here. */
export const tagSources = [file, git, list, registry] as const
