import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { type Header, pack } from 'tar-stream'

export type ArchiveEntry = Partial<Header> & { readonly name: string; readonly content?: string | Buffer }

export async function tar(...entries: readonly ArchiveEntry[]): Promise<Buffer> {
  const into = pack()
  for (const { content, ...header } of entries) {
    if (content === undefined) into.entry({ type: 'file', ...header })
    else into.entry(header, content)
  }
  into.finalize()
  return await buffer(into)
}

/** The first half of it. */
export function half(content: Buffer): Buffer {
  return content.subarray(0, Math.floor(content.length / 2))
}

/** Zeros until there are enough, a thousandth of their size when packed. */
export async function bomb(megabytes: number): Promise<Buffer> {
  const piece = gzipSync(Buffer.alloc(2 ** 20))
  // One gzip member after the other is one file of gzip.
  return Buffer.concat(Array.from({ length: megabytes }, () => piece))
}

/** What a compressor makes nothing of. */
export function noise(bytes: number): Buffer {
  return randomBytes(bytes)
}
