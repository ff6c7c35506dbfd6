import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Folders within folders that are looked into: an artifact's, a job's, a path's. */
const deepest = 5

/** Every file of that name in a folder, in the order of their paths. Links are not followed. */
export async function filesNamed(folder: string, name: string, depth = 0): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const inside = entries
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(async (entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return depth < deepest ? await filesNamed(path, name, depth + 1) : []
      return entry.isFile() && entry.name === name ? [path] : []
    })
  return (await Promise.all(inside)).flat()
}
