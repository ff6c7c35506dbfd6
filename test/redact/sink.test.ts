import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Redactor, Sink } from '../../src/redact/index.ts'

const secret = 'hunter2-hunter2'
let folder = ''
let printed: string[] = []
let sink = new Sink()

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sink-'))
  printed = []
  const redactor = new Redactor()
  redactor.learn(secret)
  sink = new Sink({
    redactor,
    out: { write: (text) => printed.push(`out ${text}`) },
    err: { write: (text) => printed.push(`err ${text}`) },
  })
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('lines are printed redacted', () => {
  sink.print(`a ${secret}`)
  sink.print('b', 'err')
  expect(printed).toEqual(['out a ***\n', 'err b\n'])
})

test('a line that can not be redacted is not printed', () => {
  Object.assign(sink.redactor, {
    redact: () => {
      throw new Error('broken')
    },
  })
  sink.print(secret)
  expect(printed).toEqual([])
  expect(sink.dropped).toBe(1)
})

describe('a file', () => {
  test('is written redacted, with its folders, over the one before, and without leftovers', async () => {
    const path = join(folder, 'a', 'b', 'summary.md')
    await sink.writeFile(path, 'first')
    await sink.writeFile(path, `second ${secret}`)
    expect(await readFile(path, 'utf8')).toBe('second ***')
    expect(await readdir(join(folder, 'a', 'b'))).toEqual(['summary.md'])
  })

  test('stays JSON and XML', async () => {
    const value = { token: null, message: `password="x" ${secret}`, list: ['token=1', 2], url: 'http://a:b@c' }
    await sink.writeFile(join(folder, 'a.json'), JSON.stringify(value))
    expect(JSON.parse(await readFile(join(folder, 'a.json'), 'utf8'))).toEqual({
      token: null,
      message: 'password=*** ***',
      list: ['token=***', 2],
      url: 'http://***@c',
    })
    await sink.writeFile(join(folder, 'a.xml'), `<a password="" name="${secret}"/>`)
    expect(await readFile(join(folder, 'a.xml'), 'utf8')).toBe('<a password="" name="***"/>')
  })

  test('that can not be written leaves the one before and says why', async () => {
    await writeFile(join(folder, 'file'), 'x')
    await expect(sink.writeFile(join(folder, 'file', 'a.md'), 'y')).rejects.toMatchObject({ code: 'EVIDENCE_LOST' })
    await sink.writeFile(join(folder, 'taken', 'x'), 'x')
    await expect(sink.writeFile(join(folder, 'taken'), 'y')).rejects.toMatchObject({ code: 'EVIDENCE_LOST' })
    expect((await readdir(folder)).sort()).toEqual(['file', 'taken'])
  })
})

describe('a file of JSON lines', () => {
  test('has each line before the next is written', async () => {
    const file = sink.appendFile(join(folder, 'logs', 'journal.jsonl'))
    file.append({ message: secret })
    expect(await readFile(join(folder, 'logs', 'journal.jsonl'), 'utf8')).toBe('{"message":"***"}\n')
    file.append({ n: 1, text: 'a\nb' })
    file.close()
    file.append({ n: 2 })
    expect(await readFile(join(folder, 'logs', 'journal.jsonl'), 'utf8')).toBe(
      '{"message":"***"}\n{"n":1,"text":"a\\nb"}\n',
    )
    expect(file.error).toBeUndefined()
  })

  test.skipIf(!existsSync('/dev/full'))('stops at a full disk and remembers it', () => {
    const file = sink.appendFile('/dev/full')
    file.append({ n: 1 })
    file.append({ n: 2 })
    file.close()
    expect(file.error).toMatchObject({ code: 'ENOSPC' })
  })
})

describe('a log', () => {
  test('that fits is written whole', async () => {
    const log = sink.logFile(join(folder, 'logs', 'web.log'))
    await pipeline([Buffer.from(`\u001b[31mone ${secret.slice(0, 7)}`), Buffer.from(`${secret.slice(7)}\ntwo`)], log)
    expect(await readFile(log.path, 'utf8')).toBe('one ***\ntwo\n')
    expect(log.truncated).toBe(false)
  })

  test('tells each line as it is redacted, those too that are left out', async () => {
    const lines: string[] = []
    const log = sink.logFile(join(folder, 'web.log'), { maxBytes: 1_000, onLine: (line) => void lines.push(line) })
    const all = Array.from({ length: 2_000 }, (_, index) => `line ${index}`)
    await pipeline([`${all.join('\n')}\nwith ${secret}`], log)
    expect(lines).toEqual([...all, 'with ***'])
    expect(log.truncated).toBe(true)
  })

  test.each([1_000, 1_024, 4_096])('keeps head and tail within %d bytes, and says so', async (maxBytes) => {
    const all = Array.from({ length: 2_000 }, (_, index) => `line ${index} é`)
    const log = sink.logFile(join(folder, 'web.log'), { maxBytes })
    await pipeline(
      all.map((line) => `${line}\n`),
      log,
    )
    const text = await readFile(log.path, 'utf8')
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxBytes)
    expect(text).toMatch(/^line 0 é\nline 1 é\n/)
    expect(text).toMatch(/line 1998 é\nline 1999 é\n$/)
    const [before = '', after = ''] = text.split(/\n\[… \d+ bytes left out: the log is longer than what is kept …\]\n/)
    expect(all).toContain(after.split('\n')[0])
    expect(before.split('\n').every((line) => all.includes(line))).toBe(true)
    expect(log.truncated).toBe(true)
  })

  test.each([500, 890, 891, 892, 900, 1_000])(
    'of about its cap loses nothing or says so (%d bytes)',
    async (length) => {
      const log = sink.logFile(join(folder, 'web.log'), { maxBytes: 1_000 })
      const text = `${'x'.repeat(9)}\n`.repeat(length / 10)
      await pipeline([text], log)
      const written = await readFile(log.path, 'utf8')
      expect(log.truncated).toBe(written !== text)
      expect(written.includes('left out')).toBe(log.truncated)
    },
  )

  test.skipIf(!existsSync('/dev/full'))('goes on taking in what a full disk does not hold', async () => {
    const log = sink.logFile('/dev/full')
    await pipeline(
      Array.from({ length: 100 }, () => 'x'.repeat(10_000)),
      log,
    )
    expect(log.error).toMatchObject({ code: 'ENOSPC' })
    expect(log.truncated).toBe(true)
  })
})
