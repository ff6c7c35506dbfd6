import { describe, expect, test } from 'vitest'
import { templatesFor } from '../../src/run/templates.ts'

const captured = new Map([
  ['notes', '10'],
  ['dotted', 'a.b*(c)'],
])
const { fill, pattern } = templatesFor({ phase: 'target', source: '1.0', current: '2.0', captured })

describe('templates', () => {
  test.each([
    ['{version}', '2.0'],
    ['{target.version}', '2.0'],
    ['{source.version}', '1.0'],
    ['/notes/{baseline.notes}?v={version}', '/notes/10?v=2.0'],
    ['{"json": {"a": 1}}', '{"json": {"a": 1}}'],
    ['{other} ${version} {}', '{other} $2.0 {}'],
    ['nothing', 'nothing'],
  ])('%s is %s', (text, expected) => {
    expect(fill(text)).toBe(expected)
  })

  test('a value that looks like a template is not filled again', () => {
    const { fill } = templatesFor({
      phase: 'target',
      source: '1.0',
      current: '2.0',
      captured: new Map([['odd', '{version} $& $1']]),
    })
    expect(fill('<{baseline.odd}>')).toBe('<{version} $& $1>')
  })

  test('what nobody captured is named', () => {
    expect(() => fill('{baseline.users}')).toThrow(
      expect.objectContaining({
        code: 'CONFIG',
        message: 'nothing was captured as {baseline.users} before it was used',
      }),
    )
  })

  test('on the baseline the release under check is the source', () => {
    expect(templatesFor({ phase: 'target', source: '1.0', current: '1.0', captured }).fill('{target.version}')).toBe(
      '1.0',
    )
  })
})

describe('patterns', () => {
  test('take values literally', () => {
    expect(pattern('^{version}$').test('2.0')).toBe(true)
    expect(pattern('^{version}$').test('2x0')).toBe(false)
    expect(pattern('{baseline.dotted}').test('a.b*(c)')).toBe(true)
    expect(pattern('{baseline.dotted}').test('axbbc')).toBe(false)
  })

  test('keep counts in braces, and see lines', () => {
    expect(pattern('^a{2}$').test('x\naa\ny')).toBe(true)
  })
})
