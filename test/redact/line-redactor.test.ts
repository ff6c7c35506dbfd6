import { describe, expect, test } from 'vitest'
import { LineRedactor } from '../../src/redact/line-redactor.ts'
import { Redactor } from '../../src/redact/redactor.ts'
import { seeded } from './random.ts'

const secret = 'hünter2-ünd-mehr'

function knowing(...values: string[]): LineRedactor {
  const redactor = new Redactor()
  for (const value of values) redactor.learn(value)
  return new LineRedactor(redactor)
}

function run(lines: LineRedactor, chunks: readonly (Buffer | string)[]): string[] {
  return [...chunks.flatMap((chunk) => lines.push(chunk)), ...lines.end()]
}

test('lines come whole, whatever the chunks', () => {
  expect(run(knowing(), ['a', 'b\nc\n', '\n', 'd'])).toEqual(['ab', 'c', '', 'd'])
  expect(run(knowing(), [])).toEqual([])
})

test('no way of cutting a log into chunks shows a secret or breaks a character', () => {
  const key = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIBk\nabc\n-----END EC PRIVATE KEY-----'
  const log = `start ä\nuser ${secret} logged in\npassword=abc "x"\n\u001b[31m${secret.slice(0, 5)}\u001b[0m${secret.slice(5)}\n${key}\nfile: ${Buffer.from(secret).toString('base64')}\nend €`
  const expected = ['start ä', 'user *** logged in', 'password=*** "x"', '***', '***', 'file: ***', 'end €']
  const bytes = Buffer.from(log)
  const random = seeded(31)
  for (let round = 0; round < 500; round += 1) {
    const chunks: Buffer[] = []
    const size = 1 + Math.floor(random() * 40)
    for (let at = 0; at < bytes.length; ) {
      const end = at + 1 + Math.floor(random() * size)
      chunks.push(bytes.subarray(at, end))
      at = end
    }
    expect(run(knowing(secret), chunks)).toEqual(expected)
  }
})

test('a PEM block that never ends hides a while of the log, not all of it', () => {
  const lines = run(knowing(), [`-----BEGIN PRIVATE KEY-----\n${'x\n'.repeat(1_000)}`])
  expect(lines[0]).toBe('***')
  expect(lines.length).toBe(601)
})

test('invalid UTF-8 is shown as such and harms nothing', () => {
  expect(run(knowing(secret), [Buffer.from([0xff, 0xc3]), Buffer.from([0x28, 0x0a]), secret])).toEqual([
    '\ufffd\ufffd(',
    '***',
  ])
})

describe('a long line', () => {
  const limit = 64 * 1024

  test('is cut at 64 KiB, which is told and counted', () => {
    const lines = knowing()
    const [line = ''] = run(lines, ['ä'.repeat(limit)])
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(limit)
    expect(line).toMatch(/ä \[… the line is longer and was cut\]$/)
    expect(line).not.toContain('\ufffd')
    expect(lines.cut).toBe(1)
    expect(run(knowing(), ['a'.repeat(limit)])).toEqual(['a'.repeat(limit)])
  })

  test('is redacted before it is cut', () => {
    for (let shift = 0; shift < 40; shift += 1) {
      const [line = ''] = run(knowing(secret), ['.'.repeat(limit - shift - 40) + secret + '.'.repeat(1_000)])
      expect(line).not.toContain(secret.slice(0, 6))
    }
    const many = `${secret} `.repeat(10_000)
    expect(run(knowing(secret), [many])).toEqual(['*** '.repeat(10_000)])
  })

  test('does not show the half of a secret that its unread rest ends', () => {
    for (let shift = 0; shift < 60; shift += 1) {
      const lines = knowing(secret)
      const masked = `${secret} `.repeat(15_000)
      const [line = ''] = run(lines, [`${masked}${'.'.repeat(shift)}`, `${secret} `.repeat(5_000)])
      expect(line).not.toContain(secret.slice(0, 4))
    }
  })

  test('of a gigabyte takes no more memory than a short one', () => {
    const lines = knowing(secret)
    const chunk = Buffer.alloc(1024 * 1024, 'x')
    const before = process.memoryUsage()
    for (let megabyte = 0; megabyte < 1_024; megabyte += 1) expect(lines.push(chunk)).toEqual([])
    const after = process.memoryUsage()
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(32 * 1024 * 1024)
    expect(lines.push('\nnext\n')).toEqual([expect.stringMatching(/^x+ \[…/), 'next'])
  })
})

test('a line that can not be redacted is left out and counted', () => {
  const broken = Object.assign(new Redactor(), {
    redact: () => {
      throw new Error('broken')
    },
  })
  const lines = new LineRedactor(broken)
  expect(run(lines, ['a\nb'])).toEqual([])
  expect(lines.dropped).toBe(2)
})
