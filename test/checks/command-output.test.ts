import { describe, expect, test } from 'vitest'
import type { CheckContext } from '../../src/checks/check.ts'
import { judgeCommand } from '../../src/checks/command-output.ts'
import { templatesFor } from '../../src/run/templates.ts'

const captured = new Map([['before', '10 (rows)']])
const context = {
  ...templatesFor({ phase: 'target', source: '1.0', current: '2.0', captured }),
  capture: (name: string, value: string) => captured.set(name, value),
} as unknown as CheckContext
const result = (stdout: string, exitCode = 0, stderr = '') => ({ stdout, stderr, exitCode })
const judge = (expected: object, given: ReturnType<typeof result>) =>
  judgeCommand({ service: 'web', 'exit-code': 0, ...expected }, given, context)

describe('passes', () => {
  test.each([
    ['on exit code 0', {}, result('')],
    ['on another exit code that is wanted', { 'exit-code': 3 }, result('', 3)],
    ['on output', { output: '\\(head\\)' }, result('abc (head)\n')],
    ['on a line of the output', { output: '^second$' }, result('first\nsecond\nthird')],
    ['on what stands in standard error', { output: 'warned' }, result('', 0, 'warned')],
    ['without what is forbidden', { forbid: 'ERROR' }, result('fine')],
    ['on the version under check, literally', { output: '^v{version}$' }, result('v2.0')],
    ['on what was captured, literally', { output: '^{baseline.before}$' }, result('10 (rows)')],
  ])('%s', (_, expected, given) => {
    expect(judge(expected, given)).toMatchObject({ outcome: 'passed' })
  })
})

describe('fails', () => {
  test.each([
    ['on another exit code', {}, result('said', 1), 'exit code 0', 'exit code 1'],
    ['on exit code 0 where another is wanted', { 'exit-code': 1 }, result(''), 'exit code 1', 'exit code 0'],
    [
      'without the output',
      { output: 'head' },
      result('abc'),
      'output matches /head/',
      'output is 3 characters without a match',
    ],
    [
      'on another version',
      { output: '^{version}$' },
      result('2x0'),
      'output matches /^2.0$/',
      'output is 3 characters without a match',
    ],
    [
      'on what is forbidden, though the exit code is 0',
      { forbid: 'cancelled|ERROR' },
      result('migration cancelled'),
      'output has no /cancelled|ERROR/',
      'output has "cancelled"',
    ],
    [
      'on what is forbidden in standard error',
      { forbid: 'ERROR' },
      result('', 0, 'ERROR: x'),
      'output has no /ERROR/',
      'output has "ERROR"',
    ],
  ])('%s', (_, expected, given, wanted, actual) => {
    expect(judge(expected, given)).toMatchObject({ outcome: 'failed', service: 'web', expected: wanted, actual })
  })

  test('with the last ten lines', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`)
    expect(judge({}, result(lines.join('\n'), 1))).toMatchObject({ log: lines.slice(-10) })
  })

  test('and still captures, for the checks that follow', () => {
    expect(judge({ capture: { rows: '(\\d+) rows' } }, result('12 rows', 1))).toMatchObject({
      outcome: 'failed',
      captured: { rows: '12' },
    })
    expect(captured.get('rows')).toBe('12')
  })
})

test.each([
  ['the first group', 'users: (\\d+) \\w+', '42'],
  ['the whole match where there is no group', '\\d+', '42'],
  ['nothing where nothing matches', 'groups: \\d+', undefined],
])('captures %s', (_, pattern, expected) => {
  expect(judge({ capture: { users: pattern } }, result('users: 42 active'))).toMatchObject({
    captured: expected === undefined ? {} : { users: expected },
  })
})
