import { dirname, resolve } from 'node:path'

/** Every path that Compose files could name, in full. */
export interface Named {
  /** Env-files of services, configs, mounted files. */
  readonly files: ReadonlySet<string>
  /** What is written as a path, `./conf`; it may be a folder. */
  readonly folders: ReadonlySet<string>
}

/** What Compose files name, and those that they include. `read` gives a file's text, an empty one where there is none. */
export async function namedIn(
  compose: readonly string[],
  home: string,
  read: (path: string) => Promise<string>,
): Promise<Named> {
  const [files, folders] = [new Set<string>(), new Set<string>()]
  const seen = new Set<string>(compose)
  const open = [...compose]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    for (const word of words(await read(path))) {
      for (const folder of new Set([home, dirname(path)])) {
        const found = resolve(folder, word)
        files.add(found)
        if (/^\.\.?\/./.test(word)) folders.add(found)
        if (!/\.ya?ml$/.test(found) || seen.has(found)) continue
        seen.add(found)
        open.push(found)
      }
    }
  }
  return { files, folders }
}

/** What a path could be in YAML; a mount's two paths are two words. */
function words(text: string): Set<string> {
  return new Set(text.split(/[\s"'`,:=[\]{}()]+/).filter((word) => /^[\w./@+-]+$/.test(word) && /\w/.test(word)))
}
