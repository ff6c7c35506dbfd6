import { describe, expect, test } from 'vitest'
import { env } from '../../src/pins/env.ts'

const options = { file: '.env', key: 'V' }

describe('reads what Compose reads', () => {
  test.each([
    ['plain', 'V=1.0\n', '1.0'],
    ['without an end of line', 'V=1.0', '1.0'],
    ['with spaces around', '  V = 1.0  \n', '1.0'],
    ['with a colon', 'V: 1.0\n', '1.0'],
    ['exported', 'export V=1.0\n', '1.0'],
    ['in double quotes', 'V="1.0" # production\n', '1.0'],
    ['in single quotes', "V='1.0'# production\n", '1.0'],
    ['before a comment', 'V=1.0 # production\n', '1.0'],
    ['with a # inside', 'V=1.0#c\n', '1.0#c'],
    ['with Windows ends of line', 'A=0\r\nV=1.0\r\nB=2\r\n', '1.0'],
    ['after a byte order mark', '\ufeffV=1.0\n', '1.0'],
    ['twice: the last counts', 'V=1.0\nV=1.1\n', '1.1'],
    ['beside keys that contain it', 'OV=0\nV=1.0\nV2=3\nV_=4\n', '1.0'],
    ['not in a comment', 'V=1.0\n# V=2.0\n', '1.0'],
    ['not inside a value of several lines', 'V=1.0\nCERT="---\nV=9\n---"\n', '1.0'],
    ['a dollar that single quotes keep', "V='$1'\n", '$1'],
  ])('%s', (_, text, expected) => {
    expect(env.read(text, options)).toBe(expected)
  })
})

describe('refuses', () => {
  test.each([
    ['a key that is not there', 'APP=1\nV1=2\n', '.env has no key "V"; did you mean "V1"?'],
    [
      'a key that is not there, nor any like it',
      'APPLICATION=1\nPASSWORD=2\n',
      '.env has no key "V"; known here: APPLICATION, PASSWORD',
    ],
    ['a key that only a comment has', '#V=1\n', '.env has no key "V"'],
    ['an empty file', '', '.env has no key "V"'],
    ['an empty value', 'V=\nW=2\n', '.env: V has no value; write the version that production runs'],
    ['empty quotes', 'V=""\n', '.env: V has no value; write the version that production runs'],
    ['only a comment', 'V= # later\n', '.env: V has no value; write the version that production runs'],
    ['another variable', 'B=1\nV=${B}.0\n', '.env: V is "${B}.0": another variable decides it'],
    ['another variable in quotes', 'V="$B"\n', '.env: V is "$B": another variable decides it'],
  ])('%s', (_, text, message) => {
    expect(() => env.read(text, options)).toThrow(expect.objectContaining({ code: 'CONFIG', message }))
  })
})

describe('writes another value and leaves all else alone', () => {
  test.each([
    ['plain', 'A=1\nV=1.0\nB=2\n', 'A=1\nV=2.0\nB=2\n'],
    ['quotes', 'V="1.0" # production\n', 'V="2.0" # production\n'],
    ['a comment', 'V=1.0 # production\n', 'V=2.0 # production\n'],
    ['Windows ends of line', 'V=1.0\r\nB=2\r\n', 'V=2.0\r\nB=2\r\n'],
    ['the last of two', 'V=1.0\nV=1.1\n', 'V=1.0\nV=2.0\n'],
    ['spaces and export', '  export V = 1.0  \n', '  export V = 2.0  \n'],
    ['an empty value', 'V=\nW=1\n', 'V=2.0\nW=1\n'],
    ['no end of line', 'V=1.0', 'V=2.0'],
  ])('%s', (_, text, expected) => {
    expect(env.write(text, options, '2.0')).toBe(expected)
  })

  test('a value with $& is written as it is', () => {
    expect(env.write('V=1.0\n', options, '$&$1')).toBe('V=$&$1\n')
  })
})
