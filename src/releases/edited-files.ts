import { dirname, join, resolve as resolvePath } from 'node:path'
import type { Config } from '../config/index.ts'
import { filesAt, type Place } from '../fields/index.ts'
import type { Pin, ReadText } from './pinned-files.ts'
import { carrySettings, changeSettings } from './settings.ts'

/** Real path → content that the stack reads instead. */
export type Replaced = ReadonlyMap<string, string | Buffer>

/** A pin and the value that it is to hold. */
export interface PinEdit {
  readonly pin: Pin
  readonly value: string
}

/**
 * The files of the stack as the operator would have edited them for one release: pins written, settings carried into
 * the release's own env-file and changed as its notes say.
 */
export async function editedFiles(
  config: Config,
  edits: readonly PinEdit[],
  release: { readonly place: Place; readonly version: string },
  texts: Replaced,
  readText: ReadText,
): Promise<Map<string, string | Buffer>> {
  const replaced = new Map(texts)
  const text = async (path: string, otherwise?: string) =>
    String(replaced.get(path) ?? (await readText(path, otherwise)))
  for (const { pin, value } of edits) {
    const path = ownFile(config, pin.path, release)
    replaced.set(path, pin.write(await text(path), value))
  }
  const { stack } = config
  if (release.place === 'source' || release.place === 'carried' || stack.kind !== 'compose') return replaced
  const envFiles = 'env-file' in stack ? stack['env-file'] : undefined
  const inFolder = (file: string) => resolvePath(config.folder, file)
  const before = (envFiles?.from ?? []).map(inFolder)
  const after = envFiles ? filesAt(envFiles, release.place, release.version).map(inFolder) : []
  for (const [index, path] of after.entries()) {
    const own = before[index]
    if (own !== undefined && own !== path) replaced.set(path, carrySettings(await text(path), await text(own)))
  }
  const settings = 'settings' in stack ? stack.settings : undefined
  if (!settings) return replaced
  const changed = after.length > 0 ? after : [join(dirname(inFolder(stack.files.from[0] as string)), '.env')]
  for (const path of changed) {
    const set = path === changed.at(-1) ? settings.set : {}
    replaced.set(path, changeSettings(await text(path, ''), { ...settings, set }))
  }
  return replaced
}

/** Where the Compose file itself changes with the release, a pin in the old one stands in the new one too. */
function ownFile(
  { stack, folder }: Config,
  path: string,
  release: { readonly place: Place; readonly version: string },
): string {
  if (stack.kind !== 'compose') return path
  const index = stack.files.from.findIndex((file) => resolvePath(folder, file) === path)
  const own = index < 0 ? undefined : filesAt(stack.files, release.place, release.version)[index]
  return own === undefined ? path : resolvePath(folder, own)
}
