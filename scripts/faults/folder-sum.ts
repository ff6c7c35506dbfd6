import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** Every file of a project with mode, time and content, without the report: what a rehearsal may not change. */
export async function folderSum(folder: string): Promise<string> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => !name.startsWith('upgrade-report')).sort()
  const sum = createHash('sha256')
  for (const name of names) {
    const path = join(folder, name)
    const stat = await lstat(path)
    const isFolder = stat.isDirectory()
    sum.update(`${name}\0${stat.mode}\0${stat.uid}\0${isFolder ? '' : `${stat.size} ${stat.mtimeMs}`}\0`)
    if (stat.isSymbolicLink()) sum.update(await readlink(path))
    if (stat.isFile()) await pipeline(createReadStream(path), sum, { end: false })
  }
  return sum.digest('hex')
}
