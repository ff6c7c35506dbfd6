import { describe, expect, test } from 'vitest'
import { type Expectation, matchJson, readJson, show } from '../../src/http/json-match.ts'
import { templatesFor } from '../../src/run/templates.ts'

const templates = templatesFor({
  phase: 'target',
  source: '1.0',
  current: '2.0',
  captured: new Map([
    ['notes', '3'],
    ['list', '["a","b"]'],
    ['name', 'first'],
  ]),
})
const document = {
  total: 3,
  text: '12',
  name: 'first',
  empty: '',
  nothing: null,
  no: false,
  version: '2.0',
  items: [{ id: 1, tag: 'a' }, { id: 2, tag: 'b' }, { id: 3 }],
  none: [],
  nested: { a: { b: [1, 2] } },
}

describe('holds', () => {
  test.each<[string, Expectation]>([
    ['$.total', 3],
    ['$.name', 'first'],
    ['$.no', false],
    ['$.nothing', null],
    ['$.empty', ''],
    ['$.version', '{target.version}'],
    ['$.total', '{baseline.notes}'],
    ['$.name', '{baseline.name}'],
    ['$.items[*].tag', '{baseline.list}'],
    ['$.total', { min: 3, max: 3 }],
    ['$.text', { min: 12, max: 12 }],
    ['$.total', { min: '{baseline.notes}' }],
    ['$.items[*]', { count: 3 }],
    ['$.items[*]', { count: '{baseline.notes}' }],
    ['$.items[?@.id > 1]', { count: 2 }],
    ['$.none[*]', { count: 0 }],
    ['$.none', { equals: [] }],
    ['$.items[?@.id > 9]', { equals: [] }],
    ['$.nested', { equals: { a: { b: [1, 2] } } }],
    ['$.name', { matches: '^f.*t$' }],
    ['$.version', { matches: '^{version}$' }],
    ['$.name', { contains: 'irs' }],
    ['$.absent', { exists: false }],
    ['$.nothing', { exists: true }],
    ['$.name', { exists: true, matches: 'first', contains: 'f' }],
  ])('%s is %j', (path, expected) => {
    expect(matchJson(document, path, expected, templates)).toBeUndefined()
  })
})

describe('does not hold, and says what was expected and what is there', () => {
  test.each<[string, Expectation, string, string]>([
    ['$.total', 4, '$.total equals 4', '$.total is 3'],
    ['$.total', '3', '$.total equals "3"', '$.total is 3'],
    ['$.text', 12, '$.text equals 12', '$.text is "12"'],
    ['$.absent', null, '$.absent equals null', '$.absent is absent'],
    ['$.absent', '', '$.absent equals ""', '$.absent is absent'],
    ['$.no', 0, '$.no equals 0', '$.no is false'],
    ['$.total', { min: 4 }, '$.total is at least 4', '$.total is 3'],
    ['$.total', { max: 2 }, '$.total is at most 2', '$.total is 3'],
    ['$.nothing', { min: 0 }, '$.nothing is at least 0', '$.nothing is null'],
    ['$.empty', { max: 0 }, '$.empty is at most 0', '$.empty is ""'],
    ['$.no', { min: 0 }, '$.no is at least 0', '$.no is false'],
    ['$.absent', { min: 0 }, '$.absent is at least 0', '$.absent is absent'],
    ['$.items[*]', { count: 2 }, '$.items[*] selects 2 values', '$.items[*] selects 3'],
    ['$.absent', { exists: true }, '$.absent exists', '$.absent is absent'],
    ['$.name', { exists: false }, '$.name does not exist', '$.name is "first"'],
    ['$.name', { matches: '^x' }, '$.name matches /^x/', '$.name is "first"'],
    ['$.name', { contains: 'x' }, '$.name contains "x"', '$.name is "first"'],
    ['$.absent', { matches: '.*' }, '$.absent matches /.*/', '$.absent is absent'],
    ['$.absent', { contains: '' }, '$.absent contains ""', '$.absent is absent'],
    ['$.absent', { equals: [] }, '$.absent equals []', '$.absent is absent'],
    ['$.nested', { contains: 'object' }, '$.nested contains "object"', '$.nested is {"a":{"b":[1,2]}}'],
    ['$.none', { equals: null }, '$.none equals null', '$.none is []'],
    ['$.total', { min: 1, equals: 9 }, '$.total equals 9', '$.total is 3'],
    [
      '$.nested',
      { equals: { a: { b: [2, 1] } } },
      '$.nested equals {"a":{"b":[2,1]}}',
      '$.nested is {"a":{"b":[1,2]}}',
    ],
  ])('%s: %j', (path, wanted, expected, actual) => {
    expect(matchJson(document, path, wanted, templates)).toEqual({ expected, actual })
  })
})

test('the order of keys makes no difference', () => {
  expect(matchJson({ a: { x: 1, y: 2 } }, '$.a', { equals: { y: 2, x: 1 } }, templates)).toBeUndefined()
  const captured = new Map([['x', '{"x":1,"y":2}']])
  const own = templatesFor({ phase: 'target', source: '1', current: '1', captured })
  expect(matchJson({ a: { y: 2, x: 1 } }, '$.a', '{baseline.x}', own)).toBeUndefined()
})

describe('a captured value', () => {
  test.each([
    ['$.total', '3'],
    ['$.name', 'first'],
    ['$.nothing', 'null'],
    ['$.items[*].tag', '["a","b"]'],
    ['$.absent', undefined],
  ])('%s is %j', (path, expected) => {
    expect(readJson(document, path)).toBe(expected)
  })

  test('may be a count, which is there even where nothing is', () => {
    expect(readJson(document, { count: '$.items[*]' })).toBe('3')
    expect(readJson(document, { count: '$.absent[*]' })).toBe('0')
  })

  test.each([3, 'text', null, true, [1, 'a'], { a: 1 }])('%j, compared with itself, holds', (value) => {
    const captured = new Map([['x', readJson({ value }, '$.value') as string]])
    const own = templatesFor({ phase: 'target', source: '1', current: '1', captured })
    expect(matchJson({ value }, '$.value', '{baseline.x}', own)).toBeUndefined()
    expect(matchJson({ value: 'other' }, '$.value', '{baseline.x}', own)).toBeDefined()
  })
})

test('a long value is cut, with its length', () => {
  expect(show('x'.repeat(1_000))).toMatch(/^"x{299}… \(1002 characters\)$/)
})
