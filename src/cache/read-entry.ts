import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { pipeline, type Readable } from 'node:stream'
import { createZstdDecompress } from 'node:zlib'
import { cacheFormat, decodeTrailer, frameLength, type Trailer, tailBytes } from './trailer.ts'
import { entryPath } from './write-entry.ts'

const pieceBytes = 256 * 1024

/** What lies in the folder for a key. `why` is a clause for people: "it is truncated". */
export type Opened =
  | { readonly kind: 'none' }
  | { readonly kind: 'rejected'; readonly why: string }
  | ({ readonly kind: 'found' } & Entry)

/** An entry of which every byte is as it was written. */
export interface Entry {
  readonly facts: unknown
  readonly createdAt: string
  /** Size of the file. */
  readonly bytes: number
  /** The archive, from its start; as often as needed, until `close`. */
  stream(): Readable
  /** Lets go of the file; what is still being read from it fails. */
  close(): Promise<void>
}

/**
 * The entry of a key, read to its end and compared with its checksum before any of it is given out. What is given out
 * comes from the very file that was read, whatever takes its name meanwhile. The checksum finds damage; against somebody
 * who may write to the folder, the folder's own permissions have to help.
 */
export async function openEntry(folder: string, key: string, signal: AbortSignal): Promise<Opened> {
  signal.throwIfAborted()
  let file: FileHandle
  try {
    // A pipe of that name must not be waited for.
    file = await open(entryPath(folder, key), constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'none' }
    return { kind: 'rejected', why: `it can't be read: ${message}` }
  }
  let opened: Opened | undefined
  try {
    opened = await examine(file, key, signal)
    return opened
  } catch (cause) {
    signal.throwIfAborted()
    const { syscall, message } = cause as NodeJS.ErrnoException
    if (syscall === undefined) throw cause
    return { kind: 'rejected', why: `it can't be read: ${message}` }
  } finally {
    if (opened?.kind !== 'found') await file.close()
  }
}

/** Whether an entry is of these volumes: in another order they would be filled with each other's content. */
export function isFit({ facts }: Entry, volumes: readonly string[]): boolean {
  const known = (facts as { readonly volumes?: unknown } | undefined)?.volumes
  return JSON.stringify(known) === JSON.stringify(volumes)
}

async function examine(file: FileHandle, key: string, signal: AbortSignal): Promise<Opened> {
  const found = await file.stat()
  if (!found.isFile()) return { kind: 'rejected', why: 'it is no file' }
  const { size } = found
  const end = await readEnd(file, size)
  if (!end) return { kind: 'rejected', why: 'it is truncated, or its end is damaged' }
  const { trailer, length } = end
  if (trailer.format !== cacheFormat) return { kind: 'rejected', why: 'another version of this tool made it' }
  if (trailer.key !== key) return { kind: 'rejected', why: 'it is of other images, backups or settings' }
  if (trailer.bytes + length !== size) return { kind: 'rejected', why: 'it is larger or smaller than it was' }
  if ((await sha256Of(file, trailer.bytes, signal)) !== trailer.sha256)
    return { kind: 'rejected', why: 'its content is damaged' }
  return {
    kind: 'found',
    facts: trailer.facts,
    createdAt: trailer.createdAt,
    bytes: size,
    stream: () => contentOf(file, trailer.bytes),
    close: () => file.close(),
  }
}

/** The trailer and the length of its frame; undefined where that is not exactly what was written. */
async function readEnd(file: FileHandle, size: number): Promise<{ trailer: Trailer; length: number } | undefined> {
  const tail = await readAt(file, size - tailBytes, tailBytes)
  const length = tail && frameLength(tail)
  if (length === undefined) return undefined
  const frame = await readAt(file, size - length, length)
  const trailer = frame && decodeTrailer(frame)
  return trailer && { trailer, length }
}

/** Undefined where there are fewer bytes. */
async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer | undefined> {
  if (position < 0) return undefined
  const buffer = Buffer.alloc(length)
  for (let read = 0; read < length; ) {
    const { bytesRead } = await file.read(buffer, read, length - read, position + read)
    if (bytesRead === 0) return undefined
    read += bytesRead
  }
  return buffer
}

async function sha256Of(file: FileHandle, bytes: number, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of piecesOf(file, bytes)) {
    signal.throwIfAborted()
    hash.update(piece)
  }
  return hash.digest('hex')
}

function contentOf(file: FileHandle, bytes: number): Readable {
  // Whoever reads hears of an error from the stream itself.
  return pipeline(piecesOf(file, bytes), createZstdDecompress({ chunkSize: pieceBytes }), () => undefined)
}

/** By position, so that streams of one file don't disturb each other. */
async function* piecesOf(file: FileHandle, bytes: number): AsyncGenerator<Buffer> {
  for (let position = 0; position < bytes; ) {
    const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, bytes - position))
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position)
    if (bytesRead === 0) throw Object.assign(new Error('it became shorter while it was read'), { syscall: 'read' })
    yield buffer.subarray(0, bytesRead)
    position += bytesRead
  }
}
