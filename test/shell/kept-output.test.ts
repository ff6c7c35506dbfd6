import { describe, expect, test } from 'vitest'
import { KeptOutput } from '../../src/shell/kept-output.ts'

function kept(pieces: readonly (string | Buffer)[]) {
  const lines: string[] = []
  const output = new KeptOutput((line) => lines.push(line))
  for (const piece of pieces) output.push(Buffer.from(piece as never))
  return { text: output.end(), lines }
}

describe('what a program prints', () => {
  test('is told line by line, wherever it was cut', () => {
    expect(kept(['one\ntw', 'o\r\n', '\nlast']).lines).toEqual(['one', 'two', '', 'last'])
    expect(kept(['one\ntw', 'o\r\n', '\nlast']).text).toBe('one\ntwo\r\n\nlast')
  })

  test('keeps a character whose bytes come apart', () => {
    const [first, ...others] = [...Buffer.from('ä€😀')].map((byte) => Buffer.from([byte]))
    expect(kept([first as Buffer, ...others]).lines).toEqual(['ä€😀'])
  })

  test('is handed on in pieces where a line has no end, and nothing of it is lost', () => {
    const long = 'x'.repeat(100_000)
    const { lines } = kept([long, 'y\nz'])
    expect(lines.length).toBeGreaterThan(2)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(64 * 1024)
    expect(lines.join('')).toBe(`${long}yz`)
  })

  test.each([0, 1, 511 * 1024, 1024 * 1024])('is kept as it was up to a MiB: %i bytes', (size) => {
    const text = 'abcdefghi\n'.repeat(size / 10)
    expect(kept([text]).text).toBe(text)
  })

  test('over a MiB it lacks its middle, by whole characters, and says how much', () => {
    // Three bytes each: neither half a MiB is a multiple of that.
    const text = '€'.repeat(500_000)
    const chunks = Array.from({ length: 100 }, (_, index) =>
      Buffer.from(text).subarray(index * 15_000, (index + 1) * 15_000),
    )
    const output = new KeptOutput()
    for (const chunk of chunks) output.push(chunk)
    const shown = output.end()
    expect(shown).toMatch(/^€+\n\[… 451424 bytes left out …\]\n€+$/)
    expect(shown.length).toBeLessThan((2 * (512 * 1024)) / 3 + 100)
  })
})
