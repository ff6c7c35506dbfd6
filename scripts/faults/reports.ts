import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Ran } from './ran.ts'

/** Everything that a run said: on the screen and in every file of its report. */
export async function textsOf({ output, reports }: Ran): Promise<string> {
  const entries = await readdir(reports, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const texts = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')))
  return [output, ...texts].join('\n')
}
