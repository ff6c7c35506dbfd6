import { expect, test } from 'vitest'
import { docker, root } from '../itg/harness.ts'

/** Fills a disk of 4 MiB, then says what became of it. */
const script = `
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { writeEntry } from '/src/cache/write-entry.ts'
const much = Readable.from((function* () { for (;;) yield randomBytes(2 ** 20) })())
const entry = { key: 'ab'.repeat(32), facts: {}, createdAt: '' }
const { code, message } = await writeEntry('/small', entry, much, new AbortController().signal).catch((cause) => cause)
console.log(JSON.stringify({ code, message, left: await readdir('/small') }))`

test('a checkpoint that the disk has no room for is NO_SPACE and leaves the room free', async () => {
  const places = ['--tmpfs', '/small:size=4m', '--volume', `${root}/src:/src:ro`]
  const program = ['node', '--experimental-strip-types', '--no-warnings', '--input-type=module', '--eval', script]
  const printed = await docker('run', '--rm', '--network', 'none', ...places, 'rehearsal-test/node:22', ...program)
  const { code, message, left } = JSON.parse(printed) as { code: string; message: string; left: string[] }
  expect(code).toBe('NO_SPACE')
  expect(message).toMatch(/^no room for a checkpoint in \/small: ENOSPC/)
  expect(left).toEqual([])
})
