import { describe, expect, test } from 'vitest'
import {
  openPathId,
  parseVersion,
  pathId,
  readPathId,
  readPathIds,
  readTags,
  type Scheme,
  shortestPath,
} from '../../src/versions/index.ts'

interface Given {
  readonly releases?: readonly string[]
  readonly step?: 'any' | 'patch' | 'minor' | 'major'
  readonly stops?: readonly string[]
  readonly forbidden?: readonly (readonly [string, string])[]
  readonly downgrade?: boolean
  readonly scheme?: Scheme
}

const line = ['1.7.0', '1.7.4', '1.8.0', '1.8.3', '1.9.0', '1.9.9', '2.0.0', '2.0.5', '2.1.0', '3.0.0']
const calendar = ['2023.8', '2023.8.1', '2023.10', '2024.2', '2024.2.3', '2024.6', '2024.10', '2024.10.1']

/** The path's name, or why there is none. */
function way(from: string, to: string, given: Given): string {
  const { releases = line, step = 'any', stops = [], forbidden = [], downgrade = false, scheme = 'semver' } = given
  const [source, target] = [parseVersion(from, scheme), parseVersion(to, scheme)]
  if (!source || !target) throw new Error('no version')
  const known = readTags(releases, { template: '{version}', scheme, prereleases: true })
  const policy = { step, stops, downgrade, forbidden: forbidden.map(([version, because]) => ({ version, because })) }
  const answer = shortestPath({ from: source, to: target, releases: known, policy, scheme })
  return answer.kind === 'path' ? pathId(answer.versions.map(({ text }) => text)) : answer.why
}

describe('the shortest permitted path', () => {
  test.each<[string, string, string, Given, string]>([
    ['is direct where anything goes', '1.7.0', '3.0.0', {}, '1.7.0..3.0.0'],
    ['by minors has the latest of each', '1.7.0', '2.0.0', { step: 'minor' }, '1.7.0..1.8.3..1.9.9..2.0.0'],
    ['by minors is direct to the next one', '1.7.0', '1.8.3', { step: 'minor' }, '1.7.0..1.8.3'],
    ['by minors is direct within one', '2.0.0', '2.0.5', { step: 'minor' }, '2.0.0..2.0.5'],
    [
      'by minors goes from the last of a major to the first of the next',
      '1.9.0',
      '2.0.5',
      { step: 'minor' },
      '1.9.0..2.0.5',
    ],
    ['by minors does not leave a major too early', '1.8.3', '2.0.5', { step: 'minor' }, '1.8.3..1.9.9..2.0.5'],
    ['by majors jumps over minors', '1.7.0', '3.0.0', { step: 'major' }, '1.7.0..2.1.0..3.0.0'],
    ['by majors is direct to the next one', '1.7.0', '2.1.0', { step: 'major' }, '1.7.0..2.1.0'],
    ['by patches visits every release', '1.8.3', '2.0.5', { step: 'patch' }, '1.8.3..1.9.0..1.9.9..2.0.0..2.0.5'],
    ['by patches is direct to the next one', '1.9.9', '2.0.0', { step: 'patch' }, '1.9.9..2.0.0'],
    [
      'counts minors that were released, not numbers',
      '4.0.0',
      '4.9.0',
      { releases: ['4.0.0', '4.5.0', '4.9.0'], step: 'minor' },
      '4.0.0..4.5.0..4.9.0',
    ],
    [
      'counts majors that were released, not numbers',
      '5.0.0',
      '9.0.0',
      { releases: ['5.0.0', '7.1.0', '9.0.0'], step: 'major' },
      '5.0.0..7.1.0..9.0.0',
    ],
    ['may start where nothing is published', '1.7.2', '1.9.0', { step: 'minor' }, '1.7.2..1.8.3..1.9.0'],
    ['may lead to what is not published yet', '2.0.5', '3.1.0', { step: 'minor' }, '2.0.5..2.1.0..3.0.0..3.1.0'],
    ['of a candidate of the same version is direct', '2.0.0', '2.0.0', { step: 'minor' }, '2.0.0..2.0.0'],
    ['visits a stop', '1.7.0', '3.0.0', { stops: ['1.9.0'] }, '1.7.0..1.9.0..3.0.0'],
    ['visits several stops', '1.7.0', '3.0.0', { stops: ['1.8.3', '2.0.5'] }, '1.7.0..1.8.3..2.0.5..3.0.0'],
    [
      'visits stops whatever their order',
      '1.7.0',
      '3.0.0',
      { stops: ['2.0.5', '1.8.3'] },
      '1.7.0..1.8.3..2.0.5..3.0.0',
    ],
    ['leaves out stops that lie before', '2.0.0', '3.0.0', { stops: ['1.9.0'] }, '2.0.0..3.0.0'],
    ['leaves out stops that lie after', '1.7.0', '1.8.0', { stops: ['1.9.0'] }, '1.7.0..1.8.0'],
    ['begins at a stop', '1.9.0', '3.0.0', { stops: ['1.9.0'] }, '1.9.0..3.0.0'],
    ['ends at a stop', '1.7.0', '1.9.0', { stops: ['1.9.0'] }, '1.7.0..1.9.0'],
    ['visits the latest of a line', '1.7.0', '3.0.0', { stops: ['1.9.x'] }, '1.7.0..1.9.9..3.0.0'],
    ['visits the latest of a major', '1.7.0', '3.0.0', { stops: ['2.x'] }, '1.7.0..2.1.0..3.0.0'],
    ['has visited a line that it begins in', '1.9.0', '3.0.0', { stops: ['1.9.x'] }, '1.9.0..3.0.0'],
    ['has visited a line that it ends in', '1.7.0', '2.0.0', { stops: ['2.0.x'] }, '1.7.0..2.0.0'],
    ['takes a stop and a step together', '1.8.0', '2.0.5', { step: 'minor', stops: ['1.9.0'] }, '1.8.0..1.9.0..2.0.5'],
    ['gets by with one release for two stops', '1.7.0', '3.0.0', { stops: ['2.x', '2.0.x'] }, '1.7.0..2.0.5..3.0.0'],
    [
      'avoids a forbidden release',
      '1.7.0',
      '2.0.0',
      { step: 'minor', forbidden: [['1.8.3', 'loses']] },
      '1.7.0..1.8.0..1.9.9..2.0.0',
    ],
    [
      'avoids a forbidden range',
      '1.8.0',
      '2.0.0',
      { step: 'minor', forbidden: [['>=1.9.1 <2', 'loses']] },
      '1.8.0..1.9.0..2.0.0',
    ],
    ['may start at a forbidden release', '1.8.3', '1.9.9', { forbidden: [['1.8.3', 'loses']] }, '1.8.3..1.9.9'],
    [
      'has no pre-release on it',
      '1.0.0',
      '1.2.0',
      { releases: ['1.0.0', '1.1.0', '1.2.0-rc.1', '1.2.0'], step: 'minor' },
      '1.0.0..1.1.0..1.2.0',
    ],
    [
      'by patches has none either',
      '1.0.0',
      '1.0.2',
      { releases: ['1.0.1', '1.0.2-rc.1'], step: 'patch' },
      '1.0.0..1.0.1..1.0.2',
    ],
    [
      'has a pre-release that is a stop',
      '1.0.0',
      '1.2.0',
      { releases: ['1.1.0', '1.2.0-rc.1'], stops: ['1.2.0-rc.1'] },
      '1.0.0..1.2.0-rc.1..1.2.0',
    ],
    ['leads to a pre-release', '1.9.9', '2.0.0-rc.2', { step: 'minor' }, '1.9.9..2.0.0-rc.2'],
    ['goes down where that is asked for', '2.0.0', '1.9.0', { downgrade: true }, '2.0.0..1.9.0'],
    ['goes down by minors', '2.0.0', '1.8.0', { downgrade: true, step: 'minor' }, '2.0.0..1.9.0..1.8.0'],
    ['goes down without stops', '3.0.0', '1.7.0', { downgrade: true, stops: ['1.9.0'] }, '3.0.0..1.7.0'],
    [
      'of a calendar has its months as minors',
      '2023.8',
      '2024.6',
      { scheme: 'calendar', releases: calendar, step: 'minor' },
      '2023.8..2023.10..2024.2.3..2024.6',
    ],
    [
      'of a calendar has its years as majors',
      '2023.8',
      '2024.10.1',
      { scheme: 'calendar', releases: calendar, step: 'major' },
      '2023.8..2024.10.1',
    ],
    [
      'of a calendar stops in a month',
      '2023.8',
      '2024.10.1',
      { scheme: 'calendar', releases: calendar, stops: ['2024.2.x'] },
      '2023.8..2024.2.3..2024.10.1',
    ],
    [
      'of a calendar knows a month with its zero',
      '23.04',
      '24.04',
      { scheme: 'calendar', releases: ['23.04', '23.10', '24.04'], step: 'minor' },
      '23.04..23.10..24.04',
    ],
    [
      'of a calendar knows a stop with its zero',
      '23.04',
      '24.04',
      { scheme: 'calendar', releases: ['23.08', '23.10'], stops: ['23.08'] },
      '23.04..23.08..24.04',
    ],
  ])('%s: %s to %s', (_, from, to, given, expected) => {
    expect(way(from, to, given)).toBe(expected)
  })
})

describe('where there is none, the reason is', () => {
  test.each<[string, string, string, Given, string]>([
    ['a downgrade', '2.0.0', '1.9.0', {}, '2.0.0 → 1.9.0 is a downgrade'],
    ['a downgrade of a patch', '2.0.5', '2.0.0', { step: 'minor' }, '2.0.5 → 2.0.0 is a downgrade'],
    [
      'a forbidden target',
      '1.9.0',
      '2.0.0',
      { forbidden: [['2.0.0', 'loses uploads']] },
      '2.0.0 is forbidden: loses uploads',
    ],
    [
      'a target in a forbidden range',
      '1.9.0',
      '2.0.5',
      { forbidden: [['2.0.x', 'loses']] },
      '2.0.5 is forbidden: loses',
    ],
    [
      'a forbidden downgrade',
      '2.0.0',
      '1.9.0',
      { downgrade: true, forbidden: [['1.9.0', 'old']] },
      '1.9.0 is forbidden: old',
    ],
    [
      'a stop that does not exist',
      '1.7.0',
      '3.0.0',
      { stops: ['1.9.5'] },
      '1.7.0 → 3.0.0 has to stop at 1.9.5, and there is no such release',
    ],
    [
      'a line that does not exist',
      '1.7.0',
      '3.0.0',
      { stops: ['1.10.x'] },
      '1.7.0 → 3.0.0 has to stop at 1.10.x, and there is no such release',
    ],
    [
      'a stop that is forbidden',
      '1.7.0',
      '3.0.0',
      { stops: ['1.9.0'], forbidden: [['1.9.0', 'loses']] },
      '1.7.0 → 3.0.0 has to stop at 1.9.0, and 1.9.0 is forbidden (loses)',
    ],
    [
      'a minor of which all is forbidden',
      '1.7.0',
      '2.0.0',
      { step: 'minor', forbidden: [['1.8.x', 'loses']] },
      '1.7.4 → 1.9.0 jumps over minor 1.8; a hop may go to the next minor only, and 1.8.0 is forbidden (loses), 1.8.3 is forbidden (loses)',
    ],
    [
      'a major of which all is forbidden',
      '1.7.0',
      '3.0.0',
      { step: 'major', forbidden: [['2.x', 'loses']] },
      '1.9.9 → 3.0.0 jumps over major 2; a hop may go to the next major only, and 2.0.0 is forbidden (loses), 2.0.5 is forbidden (loses), 2.1.0 is forbidden (loses)',
    ],
    [
      'a patch that is forbidden',
      '1.8.0',
      '1.9.0',
      { step: 'patch', forbidden: [['1.8.3', 'loses']] },
      '1.8.0 → 1.9.0 jumps over release 1.8.3; a hop may go to the next release only, and 1.8.3 is forbidden (loses)',
    ],
  ])('%s', (_, from, to, given, why) => {
    expect(way(from, to, given)).toBe(why)
  })
})

test('two thousand releases are searched in no time', () => {
  const releases = Array.from({ length: 2_000 }, (_, index) => `1.${Math.floor(index / 10)}.${index % 10}`)
  const begun = performance.now()
  expect(
    readPathId(way('1.0.0', '1.199.9', { releases, step: 'minor', stops: ['1.50.x', '1.100.3'] })).versions,
  ).toHaveLength(200)
  expect(performance.now() - begun).toBeLessThan(5_000)
})

describe('the name of a path', () => {
  test('tells its releases', () => {
    expect(readPathId('1.8.3..1.9.9..2.0.0')).toEqual({
      from: '1.8.3',
      to: '2.0.0',
      versions: ['1.8.3', '1.9.9', '2.0.0'],
    })
  })

  test('may leave them to the policy', () => {
    expect(openPathId('1.8.3', '2.0.0')).toBe('1.8.3....2.0.0')
    expect(readPathId('1.8.3....2.0.0')).toEqual({ from: '1.8.3', to: '2.0.0' })
  })

  test('may stand in a list', () => expect(readPathIds(' 1.0..2.0 1.1..2.0,1.2..2.0\n')).toHaveLength(3))

  test.each([
    '',
    '1.8.3',
    '1.8.3..',
    '..2.0.0',
    '1.0......2.0',
    '1.0..$(id)',
    '1.0..a b',
    '1.0../etc',
    '--help..2.0',
    '1.0....x....2.0',
  ])('"%s" is none', (id) => {
    expect(() => readPathId(id)).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })
})
