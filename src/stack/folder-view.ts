import { createHash } from 'node:crypto'
import { mkdir, readdir, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'

/**
 * A view of the machine's files in which some have another content: what Compose reads for one release, with the pin
 * edited as the operator would. Links to everything else stand beside them, so that relative paths still lead where
 * they did. Returns the view's name for a real path.
 */
export async function makeView(
  root: string,
  replaced: ReadonlyMap<string, string | Buffer>,
): Promise<(path: string) => string> {
  const inView = (path: string) => join(root, path)
  const folders = new Set<string>()
  for (const file of replaced.keys()) {
    for (let folder = dirname(file); !folders.has(folder); folder = dirname(folder)) folders.add(folder)
  }
  // Parents first: each is a real folder of links, in which the next one replaces a link.
  for (const folder of [...folders].sort((a, b) => a.length - b.length)) {
    await mkdir(inView(folder), { recursive: true })
    const names = await readdir(folder).catch(() => [])
    const linked = names.filter((name) => !folders.has(join(folder, name)) && !replaced.has(join(folder, name)))
    await Promise.all(linked.map((name) => symlink(join(folder, name), join(inView(folder), name))))
  }
  await Promise.all(
    [...replaced].map(async ([file, content]) => {
      // A container that has it mounted reads it as another user; the folder around it is for this user only.
      const real = await stat(file).catch(() => undefined)
      await writeFile(inView(file), content, { mode: real?.isFile() ? real.mode & 0o777 : 0o600 })
      const time = ownTime(content)
      await utimes(inView(file), time, time)
    }),
  )
  return inView
}

/**
 * A moment of the last day, in seconds since 1970, that follows from the content. BuildKit takes a Dockerfile of the same length
 * and the same time for the one that it read before, and two releases' are written in the same moment (moby/buildkit#1368).
 */
function ownTime(content: string | Buffer): number {
  const dayInMicroseconds = 86_400_000_000
  const hash = createHash('sha256').update(content).digest().readUIntBE(0, 6)
  return (Date.now() * 1000 - (hash % dayInMicroseconds)) / 1e6
}

/** A real path again, from one in the view. */
export function realPath(root: string, path: string): string {
  const inside = relative(root, path)
  return inside.startsWith('..') || inside === '' ? path : sep + inside
}
