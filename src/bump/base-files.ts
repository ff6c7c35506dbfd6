import { dirname, join, relative, resolve } from 'node:path'
import type { Config } from '../config/index.ts'
import type { PerRelease } from '../fields/index.ts'
import type { Pin } from '../releases/pinned-files.ts'
import { namedIn } from './named-in.ts'
import type { Repository } from './repository.ts'

/** Two commits, and how to tell where they parted; undefined where the second has all of the first in it. */
export interface Ends {
  readonly base: string
  readonly head: string
  readonly parted: () => Promise<string | undefined>
}

/** Files of the stack that the base has otherwise, by their real path, and what people should know. */
export interface FilesAtBase {
  readonly files: ReadonlyMap<string, Buffer>
  readonly notes: readonly string[]
}

/** A pin and what it holds at the head. */
export interface PinAtHead {
  readonly pin: Pin
  readonly after: string | undefined
}

/**
 * What production's files are where a pull request changes more of the stack than the pins: the Compose files, the
 * env-files, those of the pins, and what the Compose files name. What `{ from, to }` in the configuration says of the
 * source is left as it is. Throws USAGE.
 */
export async function filesAtBase(
  repository: Repository,
  config: Config,
  { base, head, parted }: Ends,
  pins: readonly PinAtHead[],
): Promise<FilesAtBase> {
  const found: { readonly path: string; readonly content?: Buffer; readonly note?: string }[] = []
  if (config.stack.kind === 'single') return { files: new Map(), notes: [] }
  const changes = await repository.changes(base, head)
  const { compose, others, fixed, home } = stackFiles(config, pins)
  // A word may lead out of the repository, or to a folder: that names no file.
  const read = (path: string) =>
    repository.textAt(base, path).then(
      (text) => text ?? '',
      () => '',
    )
  const named = await namedIn(changes.length > 0 ? compose : [], home, read)
  const title = (path: string) => relative(config.folder, path)
  const told = [...compose, ...others]
  for (const { path, isThere } of changes) {
    if (fixed.has(path)) continue
    const mounted = [...named.folders].find(
      (folder) => path.startsWith(`${folder}/`) && !`${home}/`.startsWith(`${folder}/`),
    )
    if (isThere && (told.includes(path) || named.files.has(path))) {
      const content = await repository.bytesAt(base, path)
      const pinned = pins.filter(({ pin }) => pin.path === path)
      if (writtenTo(content.toString(), pinned) !== (await repository.textAt(head, path))) found.push({ path, content })
    } else if (told.includes(path)) {
      found.push({ path, note: `${title(path)} is not at the base commit: the source has that of the checkout` })
    } else if (mounted !== undefined) {
      found.push({ path, note: `${title(mounted)} is a folder: both sides have that of the checkout` })
    }
  }
  const from = found.length > 0 ? await parted() : undefined
  // What only the base has changed since is no change of the pull request's: merged, both sides have it.
  const own = from && new Set((await repository.changes(from, head)).map(({ path }) => path))
  const kept = found.filter(({ path }) => !own || own.has(path))
  return {
    files: new Map(kept.flatMap(({ path, content }) => (content ? [[path, content] as const] : []))),
    notes: [...new Set(kept.flatMap(({ note }) => note ?? []))],
  }
}

/** Where nothing but the pins differs, the head's file is what comes of it; undefined where the base has no such pin. */
function writtenTo(before: string, pins: readonly PinAtHead[]): string | undefined {
  try {
    return pins.reduce((text, { pin, after }) => (after === undefined ? text : pin.write(text, after)), before)
  } catch {
    return undefined
  }
}

/** Files of the stack, in full: those that are the same for all releases, and those that are `fixed` for each. */
function stackFiles({ stack, folder }: Config, pins: readonly PinAtHead[]) {
  const inFolder = (file: string) => resolve(folder, file)
  const ofPins = pins.map(({ pin }) => pin.path)
  const none = { compose: [], others: ofPins, fixed: new Set<string>(), home: folder }
  // What is built from source has its files from there, release by release.
  if (stack.kind === 'single' || ('source' in stack && stack.source)) return none
  const envFiles = 'env-file' in stack ? stack['env-file'] : undefined
  const home = dirname(inFolder(stack.files.from[0] as string))
  const isSame = (files: PerRelease) => files.from === files.to
  const list = (files: PerRelease) => (isSame(files) ? files.from.map(inFolder) : [])
  const fixed = [stack.files, ...(envFiles ? [envFiles] : [])]
    .filter((files) => !isSame(files))
    .flatMap(({ from, to, at }) => [...from, ...to, ...Object.values(at).flat()].map(inFolder))
  // Without an env-file, Compose reads the one beside its own file.
  const others = [...ofPins, ...(envFiles ? list(envFiles) : [join(home, '.env')])]
  return { compose: list(stack.files), others, fixed: new Set(fixed), home }
}
