import { createHash } from 'node:crypto'
import { RehearsalError } from '../errors.ts'

/** Changes with whatever makes older entries unreadable or of another meaning. */
export const cacheFormat = 1

/** What stands at the end of an entry, behind the compressed archive. */
export interface Trailer {
  readonly format: number
  readonly key: string
  /** Of the compressed archive. */
  readonly sha256: string
  /** Length of the compressed archive. */
  readonly bytes: number
  readonly facts: unknown
  readonly createdAt: string
}

/** One of the numbers that zstd skips over together with what follows. */
const magic = 0x184d2a5e
/** The magic number and the length of what follows. */
const headBytes = 8
const sumBytes = 32
/** Behind the JSON: the SHA-256 of the frame so far, and how long the JSON is. */
export const tailBytes = sumBytes + 4
const mostJsonBytes = 4 * 2 ** 20

/** The trailer as a frame that zstd itself skips. */
export function encodeTrailer(trailer: Trailer): Buffer {
  const json = Buffer.from(JSON.stringify(trailer))
  if (json.length > mostJsonBytes) {
    throw new RehearsalError(
      'INTERNAL',
      `the facts of a checkpoint have ${json.length} bytes; that is no fact any more`,
    )
  }
  const head = Buffer.alloc(headBytes)
  head.writeUInt32LE(magic, 0)
  head.writeUInt32LE(json.length + tailBytes, 4)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(json.length)
  return Buffer.concat([head, json, sumOf(head, json), length])
}

/** How long the frame is of which these are the last bytes; undefined where there can be none. */
export function frameLength(tail: Buffer): number | undefined {
  const json = tail.readUInt32LE(sumBytes)
  return json > mostJsonBytes ? undefined : headBytes + json + tailBytes
}

/** What the frame says; undefined where a single byte of it is another than was written. */
export function decodeTrailer(frame: Buffer): Trailer | undefined {
  const head = frame.subarray(0, headBytes)
  const json = frame.subarray(headBytes, -tailBytes)
  const sum = frame.subarray(-tailBytes, -4)
  const isFrame = head.readUInt32LE(0) === magic && head.readUInt32LE(4) === frame.length - headBytes
  if (!isFrame || !sumOf(head, json).equals(sum)) return undefined
  return JSON.parse(json.toString('utf8')) as Trailer
}

function sumOf(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
