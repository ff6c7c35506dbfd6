import { createHash, type Hash } from 'node:crypto'
import type { Dirent } from 'node:fs'
import { open, readdir, readlink, stat } from 'node:fs/promises'
import { RehearsalError } from '../errors.ts'
import { cacheFormat } from './trailer.ts'

/** Everything that a checkpoint depends on; where one of these is another, it is another checkpoint. */
export interface CacheParts {
  readonly tool: string
  /** Service → digest or id of its image. */
  readonly images: Readonly<Record<string, string>>
  /** Title → `hashPath` of the backup. */
  readonly fixtures: Readonly<Record<string, string>>
  /** The configuration, as its text or as plain data. */
  readonly configuration: unknown
  /** The platform's architecture: data files of a database differ by it. */
  readonly arch: string
}

/** The key of a checkpoint, 64 hexadecimal digits; the order in which things are named makes no difference. */
export function cacheKey({ tool, images, fixtures, configuration, arch }: CacheParts): string {
  const parts = { format: cacheFormat, tool, images, fixtures, configuration, arch }
  return createHash('sha256').update(canonical(parts, 'the key')).digest('hex')
}

/** JSON with sorted names. Throws INTERNAL for what JSON would leave out or make alike. */
function canonical(value: unknown, where: string): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value)
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((one, index) => canonical(one, `${where}[${index}]`)).join()}]`
  if (typeof value !== 'object' || !isPlain(value)) {
    throw new RehearsalError('INTERNAL', `${where} is no plain data: two checkpoints could get one key`)
  }
  const members = Object.entries(value).filter(([, one]) => one !== undefined)
  members.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one, `${where}.${name}`)}`).join()}}`
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * The SHA-256 of a file; or of a folder: of its own mode and owner, and of the sorted relative names in it with theirs, with
 * the sizes and contents of files and the targets of links. Times make no difference. Throws FIXTURE_MISSING where something can't be read.
 */
export async function hashPath(path: string, signal: AbortSignal): Promise<string> {
  try {
    const found = await stat(path)
    if (found.isFile()) return await hashFile(Buffer.from(path), signal)
    if (!found.isDirectory()) throw unreadable(path, 'it is neither a file nor a folder')
    const hash = createHash('sha256')
    hash.update(`${JSON.stringify(['.', found.mode, found.uid, found.gid])}\n`)
    await addFolder(hash, Buffer.from(path), '', signal)
    return hash.digest('hex')
  } catch (cause) {
    signal.throwIfAborted()
    const { syscall, message } = cause as NodeJS.ErrnoException
    throw syscall === undefined ? cause : unreadable(path, message, cause)
  }
}

function unreadable(path: string, why: string, cause?: unknown): RehearsalError {
  const hint = 'is it there, and may this user read it?'
  return new RehearsalError('FIXTURE_MISSING', `${path} can't be read: ${why}`, { where: path, hint }, cause)
}

/** Names are bytes: not every one is text. */
async function addFolder(hash: Hash, folder: Buffer, prefix: string, signal: AbortSignal): Promise<void> {
  const entries = (await readdir(folder, { encoding: 'buffer', withFileTypes: true })) as unknown as Dirent<Buffer>[]
  for (const entry of entries.sort((a, b) => Buffer.compare(a.name, b.name))) {
    signal.throwIfAborted()
    const path = Buffer.concat([folder, Buffer.from('/'), entry.name])
    const name = `${prefix}${entry.name.toString('latin1')}`
    const line = (...more: (string | number)[]) => void hash.update(`${JSON.stringify([name, ...more])}\n`)
    if (entry.isSymbolicLink()) {
      line('link', (await readlink(path, 'buffer')).toString('latin1'))
      continue
    }
    const { mode, size, uid, gid } = await stat(path)
    if (entry.isDirectory()) {
      line('folder', mode, uid, gid)
      await addFolder(hash, path, `${name}/`, signal)
    } else if (entry.isFile()) line('file', mode, uid, gid, size, await hashFile(path, signal))
    // A pipe or a socket holds nothing, and opening one may wait for ever.
    else line('other', mode)
  }
}

async function hashFile(path: Buffer, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  const handle = await open(path)
  try {
    const buffer = Buffer.allocUnsafe(2 ** 20)
    for (;;) {
      signal.throwIfAborted()
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null)
      if (bytesRead === 0) return hash.digest('hex')
      hash.update(buffer.subarray(0, bytesRead))
    }
  } finally {
    await handle.close()
  }
}
