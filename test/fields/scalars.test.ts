import { describe, expect, test } from 'vitest'
import { command, duration, formatBytes, sha256, size } from '../../src/fields/index.ts'

test.each([
  ['250ms', 250],
  ['90s', 90_000],
  ['3m', 180_000],
  ['1h', 3_600_000],
  ['0s', 0],
])('duration %s is %d ms', (text, expected) => {
  expect(duration.parse(text)).toBe(expected)
})

test.each(['90', '90 s', '1.5m', '-1s', '1d', '', 's', '1s2m', 90, null])('%j is no duration', (text) => {
  expect(duration.safeParse(text).success).toBe(false)
})

test.each([
  ['0B', 0],
  ['10KiB', 10_240],
  ['512MiB', 512 * 2 ** 20],
  ['2TiB', 2 ** 41],
])('size %s is %d bytes', (text, expected) => {
  expect(size.parse(text)).toBe(expected)
})

test.each(['10', '10GB', '10gib', '1.5GiB', '-1B', '', 10])('%j is no size', (text) => {
  expect(size.safeParse(text).success).toBe(false)
})

test.each([
  [0, '0 B'],
  [1_023, '1023 B'],
  [1_024, '1.0 KiB'],
  [1_536, '1.5 KiB'],
  [99.96 * 2 ** 20, '100.0 MiB'],
  [150 * 2 ** 30, '150 GiB'],
  [2 ** 60, '1048576 TiB'],
])('%d bytes are shown as %s', (bytes, expected) => {
  expect(formatBytes(bytes)).toBe(expected)
})

describe('a command', () => {
  test('as a list is taken as it is', () => {
    expect(command.parse(['app', 'a b', '; rm'])).toEqual(['app', 'a b', '; rm'])
  })

  test('as a line is for the shell inside the container', () => {
    expect(command.parse('app a && app b')).toEqual(['sh', '-c', 'app a && app b'])
  })

  test.each([[[]], [''], [3]])('is not %j', (value) => {
    expect(command.safeParse(value).success).toBe(false)
  })
})

test('a checksum is the same in either case', () => {
  expect(sha256.parse('AB'.repeat(32))).toBe('ab'.repeat(32))
})
