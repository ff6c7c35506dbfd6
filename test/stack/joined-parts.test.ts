import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { joinedParts } from '../../src/stack/joined-parts.ts'

const stamp = '2026-01-02T03:04:05.123456789Z '
const partBytes = 16 * 1024

/** A line as the engine tells it: in parts, each with a stamp. */
function told(line: string): string {
  const parts = Array.from({ length: Math.max(1, Math.ceil(line.length / partBytes)) }, (_, index) =>
    line.slice(index * partBytes, (index + 1) * partBytes),
  )
  return `${parts.map((part) => stamp + part).join('')}\n`
}

async function joined(log: string, chunkBytes: number): Promise<string> {
  const stream = joinedParts()
  for (let at = 0; at < log.length; at += chunkBytes) stream.write(log.slice(at, at + chunkBytes))
  stream.end()
  return await text(stream)
}

const secret = 'a-secret-on-the-border'
const long = `${'x'.repeat(partBytes - 5)}${secret}${'y'.repeat(2 * partBytes)}`

test.each([1, 7, 31, 1_000, partBytes, 1_000_000])(
  'a long line comes in one piece, in chunks of %i',
  async (chunkBytes) => {
    const log = told('short') + told(long) + told('') + told('after')
    expect(await joined(log, chunkBytes)).toBe(`${stamp}short\n${stamp}${long}\n${stamp}\n${stamp}after\n`)
  },
)

test('a line that ends exactly with a part stays one line', async () => {
  const line = 'z'.repeat(partBytes)
  expect(await joined(`${stamp}${line}${stamp}\n${told('next')}`, 100)).toBe(`${stamp}${line}\n${stamp}next\n`)
})

test('a stamp of the application stays, and so does an end without a newline', async () => {
  const log = `${stamp}it says ${stamp}now\nno stamp\nrest`
  expect(await joined(log, 3)).toBe(log)
})
