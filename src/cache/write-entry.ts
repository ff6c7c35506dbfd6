import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress } from 'node:zlib'
import { RehearsalError } from '../errors.ts'
import { cacheFormat, encodeTrailer } from './trailer.ts'

/** What is kept of a checkpoint beside its archive. */
export interface NewEntry {
  readonly key: string
  /** What the reader needs to know, as JSON. */
  readonly facts: unknown
  /** The time, as ISO 8601. */
  readonly createdAt: string
}

/** A checkpoint has to be read soon, and once or twice: fast counts for more than small. */
const compression = {
  chunkSize: 256 * 1024,
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
}

/** Where the entry of a key lies. */
export function entryPath(folder: string, key: string): string {
  return join(folder, `checkpoint-${key.slice(0, 16)}.tar.zst`)
}

/**
 * Keeps a tar stream as the entry of its key, readable by this user alone and by plain `zstd -d`; gives the file's size.
 * The folder is made where it is missing, an earlier entry of the same key is replaced, those of other keys are left
 * alone. The entry is there as a whole or not at all, and the stream is always destroyed. Throws NO_SPACE, CONFIG where
 * the folder can't be written to, and what the stream itself fails with.
 */
export async function writeEntry(folder: string, entry: NewEntry, tar: Readable, signal: AbortSignal): Promise<number> {
  const path = entryPath(folder, entry.key)
  const partial = join(folder, `.checkpoint-${randomUUID()}.partial`)
  // It may fail before anything listens to it; whoever reads it then is told.
  tar.on('error', () => undefined)
  let file: FileHandle | undefined
  try {
    signal.throwIfAborted()
    const made = await onDisk(folder, async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await removeAbandoned(folder)
      file = await open(partial, 'wx', 0o600)
      return file
    })
    const { sha256, bytes } = await compressInto(made, folder, tar, signal)
    const trailer = encodeTrailer({ format: cacheFormat, ...entry, sha256, bytes })
    await onDisk(folder, async () => {
      await made.writeFile(trailer)
      await made.sync()
      await made.close()
      await rename(partial, path)
      await syncFolder(folder)
    })
    return bytes + trailer.length
  } catch (cause) {
    tar.destroy()
    await file?.close().catch(() => undefined)
    await rm(partial, { force: true }).catch(() => undefined)
    signal.throwIfAborted()
    throw cause
  }
}

/** Nothing of the archive is kept in memory: the next piece is taken when the last one is written. */
async function compressInto(file: FileHandle, folder: string, tar: Readable, signal: AbortSignal) {
  const hash = createHash('sha256')
  let bytes = 0
  const write = async (piece: Buffer) => {
    hash.update(piece)
    bytes += piece.length
    await onDisk(folder, () => file.writeFile(piece))
  }
  const into = new Writable({
    write(piece: Buffer, _, done) {
      write(piece).then(() => done(), done)
    },
  })
  await pipeline(tar, createZstdCompress(compression), into, { signal })
  return { sha256: hash.digest('hex'), bytes }
}

/** After this the new name survives a power cut, too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Names the failures of the user's disk. */
async function onDisk<Result>(folder: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act()
  } catch (cause) {
    const { code = '', syscall, message } = cause as NodeJS.ErrnoException
    if (syscall === undefined) throw cause
    // The last one: a file of that size has no place on this disk, or not by this user's limits.
    if (['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code)) {
      const hint = 'free some space, or name a folder on another disk'
      throw new RehearsalError('NO_SPACE', `no room for a checkpoint in ${folder}: ${message}`, { hint }, cause)
    }
    const hint = 'the folder for checkpoints has to be one that this user may write to'
    throw new RehearsalError('CONFIG', `no checkpoint can be kept in ${folder}: ${message}`, { hint }, cause)
  }
}

/** Nobody writes to one for a day: its process was killed. */
const abandonedMs = 24 * 60 * 60_000

async function removeAbandoned(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^\.checkpoint-.*\.partial$/.test(name))
  for (const name of names) {
    const found = await stat(join(folder, name)).catch(() => undefined)
    if (found && Date.now() - found.mtimeMs > abandonedMs) await rm(join(folder, name), { force: true })
  }
}
