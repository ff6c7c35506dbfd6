import { createReadStream } from 'node:fs'
import { lstat, readdir, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Header, type Pack, pack } from 'tar-stream'
import { RehearsalError } from '../errors.ts'
import { asking, type Engine } from './engine.ts'
import { prefixOf, roleLabel, runLabels } from './labels.ts'
import type { FileCopy, LoadOptions } from './stack.ts'

const mountPoint = '/volume'
/** More than settings: that is data, and belongs into a fixture. */
const maxFolderBytes = 256 * 1024 * 1024

/**
 * Unpacks a tar stream into a volume through a container that never runs. `nested` names the volumes that are mounted
 * inside it, by their path. Rejects with the stream's own error first.
 */
export async function loadVolume(
  engine: Engine,
  runId: string,
  image: string,
  volume: string,
  tar: Readable | number,
  { signal, root }: LoadOptions,
  nested: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  const loader = await asking(() =>
    engine.api.createContainer({
      Image: image,
      Labels: { ...runLabels(runId), [roleLabel]: 'loader' },
      HostConfig: { Binds: bindsOf(volume, nested), NetworkMode: 'none' },
      Entrypoint: ['true'],
      name: `${prefixOf(runId)}_loader_${Math.random().toString(36).slice(2, 8)}`,
    }),
  )
  const result = await engine.docker(['cp', '-', `${loader.id}:${mountPoint}`], { signal, stdin: tar })
  if (result.exitCode !== 0) {
    const said = result.stderr.trim()
    const code = /no space left/i.test(said) ? 'NO_SPACE' : 'FIXTURE_CORRUPT'
    throw new RehearsalError(code, `the engine could not unpack the archive: ${said}`)
  }
  const own = root()
  // Set from the folder above: the engine passes over the owner and mode of an archive's "." itself.
  if (own) await putEntry(engine, loader.id, { ...own, name: mountPoint.slice(1), type: 'directory' })
  // It never ran, carries the run's label and goes with all else in the end: nobody has to wait for that here.
}

/** A folder on the host may hold others that are mounted too: they are volumes of their own here, inside it as there. */
function bindsOf(volume: string, nested: ReadonlyMap<string, string>): string[] {
  const inner = [...nested].map(([path, name]) => `${name}:${mountPoint}/${path}`)
  return [`${volume}:${mountPoint}`, ...inner]
}

async function putEntry(engine: Engine, container: string, entry: Partial<Header> & { name: string }): Promise<void> {
  const into = pack()
  into.entry(entry)
  into.finalize()
  await asking(() => engine.api.getContainer(container).putArchive(into as unknown as Readable, { path: '/' }))
}

/** A folder of this machine; `home` is where the operator has it, which is another place for a release's own files. */
interface HostFolder {
  readonly folder: string
  readonly home: string
}

/** Copies a host folder into a volume, its own owner and mode included. */
export async function loadFolder(
  engine: Engine,
  runId: string,
  image: string,
  volume: string,
  host: HostFolder,
  signal: AbortSignal,
): Promise<void> {
  const { mode, uid, gid, mtime } = await stat(host.folder)
  const root = { mode: mode & 0o7777, uid, gid, mtime }
  await loadVolume(engine, runId, image, volume, packFolder(host), { signal, root: () => root })
}

/** A host folder as a tar stream, owner and mode kept. Emits an error where it is too large for settings. */
function packFolder({ folder, home }: HostFolder): Readable {
  const into = pack()
  let bytes = 0
  const add = async (path: string, name: string): Promise<void> => {
    const link = await lstat(path)
    // The operator's untracked files stand beside a release's own ones as links to where they are.
    const isOwn = link.isSymbolicLink() && home !== folder && (await readlink(path)) === join(home, name)
    const stats = isOwn ? await stat(path) : link
    const base = { name, mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid, mtime: stats.mtime }
    if (stats.isDirectory()) {
      into.entry({ ...base, name: `${name}/`, type: 'directory' })
      for (const inner of (await readdir(path)).sort()) await add(join(path, inner), `${name}/${inner}`)
    } else if (stats.isSymbolicLink()) {
      into.entry({ ...base, type: 'symlink', linkname: await readlink(path) })
    } else if (stats.isFile()) {
      bytes += stats.size
      if (bytes > maxFolderBytes) {
        throw new RehearsalError('STACK_INVALID', `the mounted folder ${folder} holds more than 256 MiB`, {
          where: folder,
          hint: 'give it as a volume fixture: { name: the folder, archive: … }; then it is not copied',
        })
      }
      await addFile(into, path, { ...base, size: stats.size })
    }
  }
  add(folder, '.').then(
    () => into.finalize(),
    (cause) => into.destroy(cause),
  )
  return into as unknown as Readable
}

async function addFile(
  into: Pack,
  path: string,
  header: Partial<Header> & { name: string; size: number },
): Promise<void> {
  const entry = into.entry(header) as unknown as NodeJS.WritableStream
  if (header.size === 0) return void entry.end()
  // A file that grows meanwhile must not write past the size in its header.
  await pipeline(createReadStream(path, { end: header.size - 1 }), entry)
}

/** Puts host files into a container that was created and has not started. */
export async function copyFiles(engine: Engine, container: string, files: readonly FileCopy[]): Promise<void> {
  if (files.length === 0) return
  const into = pack()
  const sent = asking(() => engine.api.getContainer(container).putArchive(into as unknown as Readable, { path: '/' }))
  for (const { source, target, mode: wanted } of files) {
    const { mode, uid, gid, size } = await stat(source)
    await addFile(into, source, { name: target.replace(/^\/+/, ''), mode: wanted ?? mode & 0o7777, uid, gid, size })
  }
  into.finalize()
  await sent
}
