import { expect, test } from 'vitest'
import { type Known, ofTier, parseSelection, parseVersion, select, type Version } from '../../src/versions/index.ts'

const known = (...texts: string[]): Known[] => texts.map((text) => parseVersion(text, 'semver') as Version)
const line = known('1.7.0', '1.7.1', '1.8.0', '1.8.1', '1.8.2', '1.9.0', '2.0.0', '2.0.1')
const texts = (versions: readonly Version[]) => versions.map(({ text }) => text).join(' ')

test.each([
  ['all', '1.7.0 1.7.1 1.8.0 1.8.1 1.8.2 1.9.0 2.0.0 2.0.1'],
  ['last 3 minors', '1.8.0 1.8.1 1.8.2 1.9.0 2.0.0 2.0.1'],
  ['last 1 minor', '2.0.0 2.0.1'],
  ['last 1 major', '2.0.0 2.0.1'],
  ['last 9 majors', '1.7.0 1.7.1 1.8.0 1.8.1 1.8.2 1.9.0 2.0.0 2.0.1'],
  ['last 2 releases', '2.0.0 2.0.1'],
  ['>=1.8 <2', '1.8.0 1.8.1 1.8.2 1.9.0'],
  ['~1.8.1', '1.8.1 1.8.2'],
  ['1.8.x || 2.x', '1.8.0 1.8.1 1.8.2 2.0.0 2.0.1'],
  ['1.8', '1.8.0 1.8.1 1.8.2'],
  ['first and last patch of each minor', '1.7.0 1.7.1 1.8.0 1.8.2 1.9.0 2.0.0 2.0.1'],
  ['last patch of each minor', '1.7.1 1.8.2 1.9.0 2.0.1'],
  ['first release of each major', '1.7.0 2.0.0'],
  ['  last  3   minors ', '1.8.0 1.8.1 1.8.2 1.9.0 2.0.0 2.0.1'],
])('"%s" means %s', (written, meant) => {
  const selection = parseSelection(written)
  if (!selection) throw new Error('no selection')
  expect(texts(select(line, selection, '2026-01-01'))).toBe(meant)
})

test.each([
  '',
  'latest',
  'last minors',
  'last 0 minors',
  'last 3 months',
  'newest',
  'supported',
  'supported until 2027-13-41',
  '>=one',
])('"%s" is no selection', (written) => expect(parseSelection(written)).toBeUndefined())

test('what is supported until a day ends on that day or later', () => {
  const ends = ['2026-06-30', '2026-12-31', undefined]
  const releases = known('1.7.0', '1.8.0', '1.9.0').map((one, index) => {
    const supportedUntil = ends[index]
    return supportedUntil === undefined ? one : { ...one, supportedUntil }
  })
  const meant = (written: string, today: string) => {
    return texts(select(releases, parseSelection(written) as NonNullable<ReturnType<typeof parseSelection>>, today))
  }
  expect(meant('supported until 2026-06-30', '')).toBe('1.7.0 1.8.0')
  expect(meant('supported until 2026-07-01', '')).toBe('1.8.0')
  expect(meant('supported until today', '2027-01-01')).toBe('')
})

test('an event is worth the latest of each minor, its ends, or all', () => {
  expect(texts(ofTier(line, 'pr'))).toBe('1.7.1 1.8.2 1.9.0 2.0.1')
  expect(texts(ofTier(line, 'nightly'))).toBe('1.7.0 1.7.1 1.8.0 1.8.2 1.9.0 2.0.0 2.0.1')
  expect(texts(ofTier(line, 'weekly'))).toBe(texts(line))
})
