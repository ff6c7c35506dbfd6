import { expect, test } from 'vitest'
import { isTouched } from '../../src/data/touched.ts'

const within = { since: Date.parse('2026-03-01T12:00:00Z'), until: Date.parse('2026-03-01T12:05:00Z') }

test.each([
  ['updated_at', '2026-01-02 03:04:05.123+00', '2026-03-01 12:03:00.5+00', true],
  ['lastSeenAt', '2026-01-02 03:04:05', '2026-03-01T12:04:59Z', true],
  ['last_login', '1767322000', '1772366580', true],
  ['modified', '1767322000123', '1772366580000', true],
  ['updated_at', '2026-01-02 03:04:05+00', '2026-03-01 14:03:00+02', true],
  ['a time when it came to be', '2026-01-02 03:04:05+00', '2026-03-01 12:03:00+00', false],
  ['created_at', '2026-01-02 03:04:05+00', '2026-03-01 12:03:00+00', false],
  ['updated_at', '2026-01-02 03:04:05+00', '2026-01-02 04:04:05+00', false],
  ['updated_at', '2026-01-02 03:04:05+00', '2027-03-01 12:03:00+00', false],
  ['updated_at', '2026-03-01 12:03:00+00', '2026-03-01 12:04:00+00', false],
  ['last_title', 'one', 'another', false],
])('%s: %s → %s is a usual time of the rehearsal: %s', (column, before, after, expected) => {
  expect(isTouched(column, before, after, within)).toBe(expected)
})

test('without the times of the two fingerprints nothing is usual', () => {
  expect(isTouched('updated_at', '2026-01-02 03:04:05+00', '2026-03-01 12:03:00+00', undefined)).toBe(false)
})
