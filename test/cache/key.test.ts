import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CacheParts, cacheKey, hashPath } from '../../src/cache/key.ts'

const { signal } = new AbortController()

const parts: CacheParts = {
  tool: '0.1.0',
  images: { web: 'sha256:a', db: 'sha256:b' },
  fixtures: { 'postgres prod.dump': 'c' },
  configuration: { steps: ['one', 'two'], limits: { total: 3, none: null }, on: true },
  arch: 'x64',
}

describe('a key', () => {
  test('is the same for the same parts, in whichever order they are named', () => {
    const turned = {
      arch: 'x64',
      configuration: { on: true, limits: { none: null, left: undefined, total: 3 }, steps: ['one', 'two'] },
      fixtures: { 'postgres prod.dump': 'c' },
      images: { db: 'sha256:b', web: 'sha256:a' },
      tool: '0.1.0',
    }
    expect(cacheKey(turned)).toBe(cacheKey(parts))
    expect(cacheKey(parts)).toMatch(/^[0-9a-f]{64}$/)
  })

  test.each<[string, Partial<CacheParts>]>([
    ['another version of the tool', { tool: '0.1.1' }],
    ['another image', { images: { web: 'sha256:a', db: 'sha256:c' } }],
    ['images that changed places', { images: { web: 'sha256:b', db: 'sha256:a' } }],
    ['one service less', { images: { web: 'sha256:a' } }],
    ['another backup', { fixtures: { 'postgres prod.dump': 'd' } }],
    ['a backup under another title', { fixtures: { 'postgres new.dump': 'c' } }],
    ['no backup', { fixtures: {} }],
    ['another order of steps', { configuration: { ...(parts.configuration as object), steps: ['two', 'one'] } }],
    [
      'a text for a number',
      { configuration: { ...(parts.configuration as object), limits: { total: '3', none: null } } },
    ],
    ['nothing for null', { configuration: { ...(parts.configuration as object), limits: { total: 3 } } }],
    ['its configuration as text', { configuration: JSON.stringify(parts.configuration) }],
    ['another machine', { arch: 'arm64' }],
  ])('is another for %s', (_, changed) => expect(cacheKey({ ...parts, ...changed })).not.toBe(cacheKey(parts)))

  test('keeps a name that is special apart', () => {
    const special = JSON.parse('{"__proto__": "sha256:a"}') as Record<string, string>
    expect(cacheKey({ ...parts, images: special })).not.toBe(cacheKey({ ...parts, images: {} }))
  })

  test.each([
    ['a function', () => 1],
    ['a map', new Map([['a', 1]])],
    ['a pattern', /a/],
    ['a date', new Date(0)],
    ['no number', Number.NaN],
    ['a big number', 1n],
    ['nothing in a list', [undefined]],
  ])('is not made of %s', (_, value) => {
    expect(() => cacheKey({ ...parts, configuration: { deep: [value] } })).toThrow(/the key\.configuration\.deep\[0\]/)
  })
})

describe('the hash of a path', () => {
  let folder: string
  const tree = () => join(folder, 'tree')
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rehearsal-hash-'))
    await mkdir(join(tree(), 'sub', 'empty'), { recursive: true })
    await writeFile(join(tree(), 'a.txt'), 'first', { mode: 0o644 })
    await writeFile(join(tree(), 'sub', 'ünï "b".txt'), 'second', { mode: 0o644 })
    await symlink('sub/none', join(tree(), 'link'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('of a file is that of its content', async () => {
    const content = Buffer.alloc(3 * 2 ** 20 + 7, 'content')
    await writeFile(join(folder, 'file'), content)
    const expected = createHash('sha256').update(content).digest('hex')
    expect(await hashPath(join(folder, 'file'), signal)).toBe(expected)
    await symlink('file', join(folder, 'to it'))
    expect(await hashPath(join(folder, 'to it'), signal)).toBe(expected)
  })

  test.each<[string, () => Promise<unknown>]>([
    ['times', () => utimes(join(tree(), 'a.txt'), 1, 1)],
    [
      'the order in which it was made',
      async () => {
        await rm(join(tree(), 'a.txt'))
        await writeFile(join(tree(), 'a.txt'), 'first', { mode: 0o644 })
      },
    ],
    [
      'where it lies',
      async () => {
        await rename(tree(), join(folder, 'elsewhere'))
        await symlink('elsewhere', tree())
      },
    ],
  ])('of a folder does not depend on %s', async (_, change) => {
    const before = await hashPath(tree(), signal)
    await change()
    expect(await hashPath(tree(), signal)).toBe(before)
  })

  test.each<[string, () => Promise<unknown>]>([
    ['a content', () => writeFile(join(tree(), 'a.txt'), 'First')],
    ['a name', () => rename(join(tree(), 'a.txt'), join(tree(), 'b.txt'))],
    ['the place of a file', () => rename(join(tree(), 'a.txt'), join(tree(), 'sub', 'a.txt'))],
    ['a mode', () => chmod(join(tree(), 'a.txt'), 0o600)],
    ['the mode of a folder', () => chmod(join(tree(), 'sub'), 0o700)],
    ['an empty folder', () => rm(join(tree(), 'sub', 'empty'), { recursive: true })],
    ['a new empty file', () => writeFile(join(tree(), 'sub', 'empty', 'x'), '')],
    [
      'the target of a link',
      async () => {
        await rm(join(tree(), 'link'))
        await symlink('sub/other', join(tree(), 'link'))
      },
    ],
    [
      'a link that becomes a file of the same content',
      async () => {
        await rm(join(tree(), 'link'))
        await writeFile(join(tree(), 'link'), 'sub/none')
      },
    ],
    ['a pipe, which nobody waits for', () => promisify(execFile)('mkfifo', [join(tree(), 'pipe')])],
    ['a name that is no text', () => writeFile(Buffer.from(`${tree()}/\xff`, 'latin1'), '')],
  ])('of a folder changes with %s', async (_, change) => {
    const before = await hashPath(tree(), signal)
    await change()
    expect(await hashPath(tree(), signal)).not.toBe(before)
  })

  test('takes a new file with such a name for what it is', async () => {
    await writeFile(Buffer.from(`${tree()}/\xff`, 'latin1'), '1')
    const before = await hashPath(tree(), signal)
    await writeFile(Buffer.from(`${tree()}/\xff`, 'latin1'), '2')
    expect(await hashPath(tree(), signal)).not.toBe(before)
  })

  test('of what is not there or nothing to read is none', async () => {
    await promisify(execFile)('mkfifo', [join(folder, 'pipe')])
    for (const name of ['none', 'pipe', 'tree/a.txt/x']) {
      await expect(hashPath(join(folder, name), signal)).rejects.toMatchObject({ code: 'FIXTURE_MISSING' })
    }
  })

  test.each([
    ['a file', 'tree/a.txt'],
    ['a folder', 'tree'],
  ])('of %s ends with an interrupt', async (_, name) => {
    const gone = AbortSignal.abort(new Error('interrupted'))
    await expect(hashPath(join(folder, name), gone)).rejects.toThrow('interrupted')
  })
})
