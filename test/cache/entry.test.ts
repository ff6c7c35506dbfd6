import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  copyFile,
  link,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Entry, openEntry } from '../../src/cache/read-entry.ts'
import { entryPath, writeEntry } from '../../src/cache/write-entry.ts'
import { tarOf } from '../fixtures/tar.ts'
import { seeded } from '../redact/random.ts'

const call = promisify(execFile)
const key = createHash('sha256').update('a key').digest('hex')
const other = `${key.slice(0, 16)}${'0'.repeat(48)}`
const facts = { releases: ['1.0', '2.0'], rows: { 'ünï "code"': 3 } }
const createdAt = '2026-05-04T03:02:01.000Z'
const { signal } = new AbortController()

let folder: string
const opened: Entry[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rehearsal-cache-'))
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((entry) => entry.close()))
  await rm(folder, { recursive: true, force: true })
})

const write = (content: Readable, ofKey = key) => writeEntry(folder, { key: ofKey, facts, createdAt }, content, signal)
const inPieces = (content: Buffer, size = 65_536) =>
  Readable.from(
    Array.from({ length: Math.ceil(content.length / size) }, (_, at) => content.subarray(at * size, (at + 1) * size)),
  )

async function found(): Promise<Entry> {
  const entry = await openEntry(folder, key, signal)
  if (entry.kind !== 'found') return expect.unreachable(JSON.stringify(entry))
  opened.push(entry)
  return entry
}

async function verdictOn(content?: Buffer): Promise<string> {
  if (content) await writeFile(entryPath(folder, key), content)
  const entry = await openEntry(folder, key, signal)
  if (entry.kind === 'found') opened.push(entry)
  return entry.kind === 'rejected' ? `rejected: ${entry.why}` : entry.kind
}

/** Random bytes, text and zeros, as volumes have them. */
function sample(bytes: number, seed = 1): Buffer {
  const random = seeded(seed)
  const noise = Buffer.from(Array.from({ length: bytes / 4 }, () => Math.floor(random() * 256)))
  return Buffer.concat([noise, Buffer.alloc(bytes / 2, 'row of a table\n'), Buffer.alloc(bytes / 4)])
}

describe('an entry', () => {
  test('gives back what was put in, as often as it is asked', async () => {
    const content = sample(3 * 2 ** 20)
    const bytes = await write(inPieces(content))
    expect((await stat(entryPath(folder, key))).size).toBe(bytes)
    const entry = await found()
    expect(entry).toMatchObject({ facts, createdAt, bytes })
    expect(bytes).toBeLessThan(content.length / 2)
    const both = await Promise.all([buffer(entry.stream()), buffer(entry.stream())])
    for (const one of both) expect(one.equals(content)).toBe(true)
  })

  test('of nothing is one, too', async () => {
    await write(Readable.from([]))
    expect(await buffer((await found()).stream())).toHaveLength(0)
  })

  test('is a tar file that zstd itself unpacks and finds whole', async () => {
    const tar = await tarOf([{ name: 'data/notes.txt', content: 'a note' }])
    await write(inPieces(tar, 100))
    const path = entryPath(folder, key)
    expect(path).toBe(join(folder, `checkpoint-${key.slice(0, 16)}.tar.zst`))
    const unpacked = await call('zstd', ['-dc', path], { encoding: 'buffer' })
    expect(unpacked.stdout.equals(tar)).toBe(true)
    await call('zstd', ['--test', path])
    expect((await call('tar', ['--zstd', '-xOf', path, 'data/notes.txt'])).stdout).toBe('a note')
    // The archive has a checksum of its own, which zstd looks at.
    const damaged = await readFile(path)
    damaged.writeUInt8((damaged.at(12) ?? 0) ^ 1, 12)
    await writeFile(path, damaged)
    await expect(call('zstd', ['--test', path])).rejects.toThrow()
  })

  test('is for its user alone, takes the place of the one before, and leaves those of other keys', async () => {
    folder = join(folder, 'made', 'for it')
    const another = createHash('sha256').update('another').digest('hex')
    await write(inPieces(Buffer.from('first')))
    await write(inPieces(Buffer.from('else')), another)
    await write(inPieces(Buffer.from('second')))
    expect(await buffer((await found()).stream())).toEqual(Buffer.from('second'))
    expect((await stat(entryPath(folder, key))).mode & 0o777).toBe(0o600)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    const names = [key, another].map((one) => `checkpoint-${one.slice(0, 16)}.tar.zst`)
    expect((await readdir(folder)).sort()).toEqual(names.sort())
  })

  test('is read from the file that was looked through, whatever takes its name', async () => {
    const content = sample(2 ** 20)
    await write(inPieces(content))
    const entry = await found()
    await write(inPieces(Buffer.from('another')))
    expect((await buffer(entry.stream())).equals(content)).toBe(true)
    await rm(entryPath(folder, key))
    expect((await buffer(entry.stream())).equals(content)).toBe(true)
  })

  test.each<[string, (path: string) => Promise<unknown>]>([
    ['cut', (path) => truncate(path, 100_000)],
    [
      'written over',
      async (path) => {
        const file = await open(path, 'r+')
        await file.write(Buffer.from('xyz'), 0, 3, 200_000)
        await file.close()
      },
    ],
  ])('that is %s after it was looked through does not end like a whole one', async (_, damage) => {
    await write(inPieces(sample(2 ** 20)))
    const entry = await found()
    await damage(entryPath(folder, key))
    await expect(buffer(entry.stream())).rejects.toThrow()
  })

  test('can be left in the middle', async () => {
    await write(inPieces(sample(8 * 2 ** 20)))
    const entry = await found()
    for await (const piece of entry.stream()) {
      expect(piece.length).toBeGreaterThan(0)
      break
    }
    expect((await buffer(entry.stream())).length).toBe(8 * 2 ** 20)
  })
})

describe('what is not there', () => {
  test.each([
    ['an empty folder', () => folder],
    ['no folder', () => join(folder, 'none')],
    ['a file in place of the folder', () => join(folder, 'file')],
  ])('%s has none', async (_, where) => {
    await writeFile(join(folder, 'file'), '')
    expect(await openEntry(where(), key, signal)).toEqual({ kind: 'none' })
  })
})

const truncated = 'rejected: it is truncated, or its end is damaged'

describe('what is not as it was written is rejected', () => {
  let whole: Buffer
  /** Where the trailer starts. */
  let end: number
  beforeEach(async () => {
    await write(inPieces(sample(96 * 1024)))
    whole = await readFile(entryPath(folder, key))
    end = whole.lastIndexOf(Buffer.from([0x5e, 0x2a, 0x4d, 0x18]))
    expect(whole.length - end).toBeGreaterThan(200)
    expect(await verdictOn(whole)).toBe('found')
  })

  test('a byte that is another, wherever it is', async () => {
    const random = seeded(20)
    const within = (from: number, to: number) => from + Math.floor(random() * (to - from))
    const positions = [
      ...Array.from({ length: 20 }, (_, at) => at),
      ...Array.from({ length: 100 }, () => within(0, end)),
      ...Array.from({ length: 8 }, (_, at) => end + at),
      ...Array.from({ length: 60 }, () => within(end + 8, whole.length - 36)),
      ...Array.from({ length: 36 }, (_, at) => whole.length - 36 + at),
    ]
    expect(positions.length).toBeGreaterThanOrEqual(200)
    for (const position of positions) {
      const damaged = Buffer.from(whole)
      damaged.writeUInt8((whole.at(position) ?? 0) ^ (1 << Math.floor(random() * 8)), position)
      expect(await verdictOn(damaged), `byte ${position} of ${whole.length}`).toMatch(
        position < end ? /^rejected: its content is damaged$/ : /^rejected: /,
      )
    }
  })

  test('an end that is missing, however much of it', async () => {
    const random = seeded(21)
    const some = Array.from({ length: 40 }, () => Math.floor(random() * whole.length))
    for (const length of [0, 1, 4, 35, 36, 37, end - 1, end, end + 1, end + 8, whole.length - 1, ...some]) {
      expect(await verdictOn(whole.subarray(0, length)), `${length} of ${whole.length}`).toBe(truncated)
    }
  })

  test.each<[string, () => Buffer, string]>([
    ['bytes behind it', () => Buffer.concat([whole, Buffer.from('x')]), truncated],
    ['bytes before it', () => Buffer.concat([Buffer.from('x'), whole]), 'it is larger or smaller than it was'],
    [
      'a piece that is missing in the middle',
      () => Buffer.concat([whole.subarray(0, 500), whole.subarray(600)]),
      'it is larger or smaller',
    ],
    ['itself twice', () => Buffer.concat([whole, whole]), 'it is larger or smaller than it was'],
    [
      'pieces in another order',
      () => Buffer.concat([whole.subarray(500, 600), whole.subarray(0, 500), whole.subarray(600)]),
      'its content is damaged',
    ],
    ['zeros', () => Buffer.alloc(whole.length), truncated],
    ['noise', () => randomBytes(whole.length), truncated],
    [
      'the largest length that can be written',
      () => Buffer.concat([whole.subarray(0, -4), Buffer.alloc(4, 255)]),
      truncated,
    ],
    ['only its end', () => whole.subarray(end), 'it is larger or smaller than it was'],
  ])('%s', async (_, content, why) => expect(await verdictOn(content())).toContain(why))

  test('another key’s entry under this name', async () => {
    await write(inPieces(Buffer.from('x')), other)
    expect(entryPath(folder, other)).toBe(entryPath(folder, key))
    expect(await verdictOn()).toBe('rejected: it is of other images, backups or settings')
  })

  test('an entry of another version of the tool', async () => {
    const { encodeTrailer } = await import('../../src/cache/trailer.ts')
    const content = whole.subarray(0, end)
    const sha256 = createHash('sha256').update(content).digest('hex')
    const trailer = { format: 1, key, sha256, bytes: end, facts, createdAt }
    expect(await verdictOn(Buffer.concat([content, encodeTrailer(trailer)]))).toBe('found')
    expect(await verdictOn(Buffer.concat([content, encodeTrailer({ ...trailer, format: 2 })]))).toBe(
      'rejected: another version of this tool made it',
    )
  })

  test('what is no file', async () => {
    const path = entryPath(folder, key)
    await rm(path)
    await mkdir(path)
    expect(await verdictOn()).toBe('rejected: it is no file')
    await rm(path, { recursive: true })
    await call('mkfifo', [path])
    expect(await verdictOn()).toBe('rejected: it is no file')
    await rm(path)
    await symlink(path, path)
    expect(await verdictOn()).toMatch(/^rejected: it can't be read: ELOOP/)
  })

  test('but not the same bytes under another inode', async () => {
    await copyFile(entryPath(folder, key), join(folder, 'copy'))
    await rm(entryPath(folder, key))
    await link(join(folder, 'copy'), entryPath(folder, key))
    expect(await verdictOn()).toBe('found')
  })
})

describe('what fails leaves nothing behind, and the entry before as it was', () => {
  beforeEach(async () => void (await write(inPieces(Buffer.from('before')))))

  async function expectOnlyBefore() {
    expect(await readdir(folder)).toEqual([`checkpoint-${key.slice(0, 16)}.tar.zst`])
    expect(await buffer((await found()).stream())).toEqual(Buffer.from('before'))
  }

  test.each([
    ['at once', 0],
    ['later', 5 * 2 ** 20],
  ])('a stream that breaks off %s', async (_, after) => {
    async function* broken() {
      for (let bytes = 0; bytes < after; bytes += 65_536) yield randomBytes(65_536)
      throw new Error('the engine is gone')
    }
    await expect(write(Readable.from(broken()))).rejects.toThrow('the engine is gone')
    await expectOnlyBefore()
  })

  test('a stream that has failed before anybody reads it', async () => {
    const tar = new Readable({ read() {} })
    const writing = write(tar)
    tar.destroy(new Error('the engine is gone'))
    await expect(writing).rejects.toThrow('the engine is gone')
    await expectOnlyBefore()
  })

  test('a stream that ends before its end', async () => {
    const tar = new Readable({ read() {} })
    tar.push(Buffer.alloc(1_000_000))
    const writing = write(tar)
    tar.destroy()
    await expect(writing).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' })
    await expectOnlyBefore()
  })

  test('an interrupt while it is written', async () => {
    const stop = new AbortController()
    let sent = 0
    const tar = new Readable({
      read() {
        sent += 1
        if (sent === 100) stop.abort(new Error('interrupted'))
        this.push(randomBytes(65_536))
      },
    })
    await expect(writeEntry(folder, { key, facts, createdAt }, tar, stop.signal)).rejects.toThrow('interrupted')
    expect(tar.destroyed).toBe(true)
    await expectOnlyBefore()
  })

  test('an interrupt before', async () => {
    const gone = AbortSignal.abort(new Error('interrupted'))
    const tar = inPieces(Buffer.from('x'))
    await expect(writeEntry(folder, { key, facts, createdAt }, tar, gone)).rejects.toThrow('interrupted')
    expect(tar.destroyed).toBe(true)
    await expect(openEntry(folder, key, gone)).rejects.toThrow('interrupted')
    await expectOnlyBefore()
  })

  test('facts that are none', async () => {
    const entry = { key, facts: 'x'.repeat(5 * 2 ** 20), createdAt }
    await expect(writeEntry(folder, entry, inPieces(Buffer.from('x')), signal)).rejects.toMatchObject({
      code: 'INTERNAL',
    })
    await expectOnlyBefore()
  })

  test('a name that is taken', async () => {
    const path = entryPath(folder, key)
    await rename(path, join(folder, 'aside'))
    await mkdir(join(path, 'with something in it'), { recursive: true })
    await expect(write(inPieces(Buffer.from('x')))).rejects.toMatchObject({ code: 'CONFIG' })
    expect((await readdir(folder)).sort()).toEqual(['aside', `checkpoint-${key.slice(0, 16)}.tar.zst`])
  })
})

test('a folder that is none is the user’s to change', async () => {
  await writeFile(join(folder, 'file'), '')
  const writing = writeEntry(join(folder, 'file'), { key, facts, createdAt }, inPieces(Buffer.from('x')), signal)
  await expect(writing).rejects.toMatchObject({ code: 'CONFIG', details: { hint: expect.stringContaining('folder') } })
})

/** Runs a program of its own with these functions at hand; gives what it prints. */
async function apart(program: string, limit = 'unlimited'): Promise<string> {
  const src = new URL('../../src/cache/', import.meta.url).href
  const script = `
import { Readable } from 'node:stream'
import { createHash, randomBytes } from 'node:crypto'
const { writeEntry } = await import('${src}write-entry.ts')
const { openEntry } = await import('${src}read-entry.ts')
const [folder, key] = ${JSON.stringify([folder, key])}
const signal = new AbortController().signal
const entry = { key, facts: {}, createdAt: '' }
${program}`
  const argv = ['-c', `ulimit -f ${limit}; exec "$@"`, 'sh', process.execPath, '--input-type=module', '-e', script]
  return (await call('sh', argv, { env: { ...process.env, NODE_NO_WARNINGS: '1' } })).stdout
}

test('more takes no more memory', async () => {
  const peakOf = async (mebibytes: number) => {
    const printed = await apart(`
const sums = [createHash('sha256'), createHash('sha256')]
function* content() {
  for (let at = 0; at < ${mebibytes}; at++) {
    const piece = at % 2 === 0 ? randomBytes(2 ** 20) : Buffer.alloc(2 ** 20)
    sums[0].update(piece)
    yield piece
  }
}
await writeEntry(folder, entry, Readable.from(content()), signal)
const found = await openEntry(folder, key, signal)
for await (const piece of found.stream()) sums[1].update(piece)
await found.close()
const [before, after] = sums.map((sum) => sum.digest('hex'))
console.log(JSON.stringify({ same: before === after, bytes: found.bytes, peak: process.resourceUsage().maxRSS * 1024 }))`)
    const { same, bytes, peak } = JSON.parse(printed) as { same: boolean; bytes: number; peak: number }
    expect(same).toBe(true)
    expect(bytes).toBeGreaterThan(mebibytes * 2 ** 19)
    return peak
  }
  // What is let go of is collected only now and then: the first 64 MiB are no measure.
  const [much, more] = [await peakOf(64), await peakOf(256)]
  expect((more - much) / 2 ** 20).toBeLessThan(64)
}, 60_000)

test('a file that grows larger than it may is no room, and leaves nothing behind', async () => {
  const printed = await apart(
    `
const much = Readable.from((function* () { for (;;) yield randomBytes(2 ** 20) })())
const { code, message } = await writeEntry(folder, entry, much, signal).catch((cause) => cause)
console.log(code, message)`,
    '4096',
  )
  expect(printed).toMatch(/^NO_SPACE no room for a checkpoint in .*: EFBIG/)
  expect(await readdir(folder)).toEqual([])
})

test('the file is let go of where nothing is given out', async () => {
  await write(inPieces(sample(4_096)))
  const path = entryPath(folder, key)
  const handle = await open(path, 'r+')
  await handle.write(Buffer.from([1, 2, 3]), 0, 3, 20)
  await handle.close()
  expect(await verdictOn()).toMatch(/^rejected/)
  const descriptors = await readdir('/proc/self/fd')
  const links = await Promise.all(descriptors.map((one) => readlink(`/proc/self/fd/${one}`).catch(() => '')))
  expect(links).not.toContain(path)
})
