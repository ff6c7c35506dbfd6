import { PassThrough, Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { pack } from 'tar-stream'
import { RehearsalError } from '../errors.ts'
import type { Engine } from './engine.ts'
import type { Mount } from './held-volume.ts'
import type { Throwaway } from './throwaway.ts'
import { isFull, noSpace } from './volume-copies.ts'

/** What is in a pack of volumes, in the order of its folders: those of the plan by their keys, then all others. */
export interface Packed {
  readonly keys: readonly string[]
  readonly further: readonly (readonly Mount[])[]
}

const folder = '/volumes'
/** The first entry, before all that the engine packs: it is read before anything is unpacked. */
const listName = 'volumes.json'
const block = 512

/** All that volumes hold as one tar stream, with a list of what they are in front. Nothing is kept in memory. */
export function packVolumes(
  { engine, throwaway }: { readonly engine: Engine; readonly throwaway: Throwaway },
  packed: Packed,
  volumes: readonly string[],
  signal: AbortSignal,
): Readable {
  const out = new PassThrough()
  // Whoever reads may have had enough: then nobody takes what the engine still has to say.
  const closed = new AbortController()
  out.once('close', () => closed.abort(new Error('the pack is not read any more')))
  const stop = AbortSignal.any([signal, closed.signal])
  const binds = volumes.map((volume, index) => `${volume}:${folder}/${index}:ro`)
  const work = async () => {
    out.write(await listEntry(packed))
    if (volumes.length === 0) return
    await throwaway.idle(
      binds,
      async (container) => {
        const stdout = new PassThrough()
        const through = finished(stdout)
        through.catch(() => undefined)
        stdout.pipe(out, { end: false })
        // With nobody who reads it would never be empty, and what fills it would be waited for.
        stop.addEventListener('abort', () => stdout.destroy(), { once: true })
        const result = await engine.docker(['cp', `${container.id}:${folder}`, '-'], { signal: stop, stdout })
        if (result.exitCode !== 0) {
          throw new RehearsalError('INTERNAL', `the engine could not pack the volumes: ${result.stderr.trim()}`)
        }
        await through
      },
      stop,
    )
  }
  // A stream that merely ended would be taken for whole.
  work().then(
    () => out.end(),
    (cause) => out.destroy(cause),
  )
  return out
}

async function listEntry(packed: Packed): Promise<Buffer> {
  const into = pack()
  into.entry({ name: listName }, JSON.stringify(packed))
  into.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of into) chunks.push(chunk as Buffer)
  // Without the two empty blocks that would end the archive here.
  return Buffer.concat(chunks).subarray(0, -2 * block)
}

/** The list in front, and a stream of all behind it. Rejects with the stream's own error; FIXTURE_CORRUPT where it is no pack. */
export async function openPack(
  tar: Readable,
  signal: AbortSignal,
): Promise<{ readonly packed: Packed; readonly rest: Readable }> {
  signal.addEventListener('abort', () => tar.destroy(signal.reason), { once: true })
  const chunks = tar[Symbol.asyncIterator]()
  let read: Buffer = Buffer.alloc(0)
  const readUntil = async (bytes: number) => {
    while (read.length < bytes) {
      const { value, done } = await chunks.next()
      if (done) throw notAPack()
      read = Buffer.concat([read, value as Buffer])
    }
  }
  await readUntil(block)
  const text = (from: number, to: number) => read.toString('latin1', from, to).replace(/\0.*$/s, '')
  if (text(0, 100) !== listName) throw notAPack()
  const size = Number.parseInt(text(124, 136), 8)
  const end = block + Math.ceil(size / block) * block
  await readUntil(end)
  const packed = JSON.parse(read.toString('utf8', block, block + size)) as Packed
  async function* behind() {
    yield read.subarray(end)
    yield* { [Symbol.asyncIterator]: () => chunks }
  }
  return { packed, rest: Readable.from(behind(), { objectMode: false }) }
}

function notAPack(): RehearsalError {
  return new RehearsalError('FIXTURE_CORRUPT', 'what should hold the packed volumes does not')
}

/** Fills volumes from what is behind the list. Rejects with the stream's own error first. */
export async function unpackVolumes(
  { engine, throwaway }: { readonly engine: Engine; readonly throwaway: Throwaway },
  rest: Readable,
  volumes: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (volumes.length === 0) return void rest.resume()
  const binds = volumes.map((volume, index) => `${volume}:${folder}/${index}`)
  await throwaway.idle(
    binds,
    async (container) => {
      const result = await engine.docker(['cp', '-', `${container.id}:/`], { signal, stdin: rest })
      if (result.exitCode === 0) return
      const said = result.stderr.trim()
      if (isFull(said)) throw noSpace(said)
      throw new RehearsalError('FIXTURE_CORRUPT', `the engine could not unpack the volumes: ${said}`)
    },
    signal,
  )
}
