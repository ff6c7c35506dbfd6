import { describe, expect, test } from 'vitest'
import { sha256Of } from '../../src/http/json-match.ts'
import { compareValues } from '../../src/invariants/compare-values.ts'
import { keep, mostElements } from '../../src/invariants/kept.ts'
import type { Rule } from '../../src/invariants/rule.ts'
import { jsonValue, numberValue, rowsValue, textValue, type Value } from '../../src/invariants/value.ts'

const hash = (text: string) => sha256Of(Buffer.from(text)).slice(0, 16)

function compared(rule: Rule, before: Value, after: Value): string {
  const { outcome, found } = compareValues(rule, keep(before, rule, hash), keep(after, rule, hash))
  return `${outcome}: ${found}`
}

describe('unchanged', () => {
  test.each<[string, Value, Value, string]>([
    ['the same number', numberValue(3), numberValue(3), 'kept: 3 before, 3 after'],
    ['another number', numberValue(3), numberValue(4), 'broken: 3 before, 4 after'],
    [
      'a number that became a text',
      numberValue(3),
      textValue('three'),
      'broken: 3 before, a text of 5 characters after',
    ],
    [
      'another text',
      textValue('Ada Lovelace'),
      textValue('ada lovelace'),
      'broken: a text of 12 characters before, another of 12 characters after',
    ],
    [
      'JSON with its keys in another order',
      jsonValue([{ a: 1, b: { c: 2, d: 3 } }]),
      jsonValue([{ b: { d: 3, c: 2 }, a: 1 }]),
      'kept: a text of 25 characters, the same after',
    ],
    [
      'rows in another order',
      rowsValue([['1'], ['2']]),
      rowsValue([['2'], ['1']]),
      'broken: a text of 13 characters before, another of 13 characters after',
    ],
    [
      'a number that is written in another way',
      textValue('1.0'),
      textValue('1'),
      'broken: a text of 3 characters before, 1 after',
    ],
    ['no rows at all, twice', rowsValue([]), rowsValue([]), 'kept: a text of 2 characters, the same after'],
  ])('%s', (_, before, after, expected) => {
    expect(compared('unchanged', before, after)).toBe(expected)
  })
})

describe('superset', () => {
  test.each<[string, Value, Value, string]>([
    ['rows that are all there', rowsValue([['1'], ['2']]), rowsValue([['3'], ['2'], ['1']]), 'kept: 2 before, 3 after'],
    [
      'a row that is missing',
      rowsValue([
        ['1', 'Ada'],
        ['2', 'Grace'],
      ]),
      rowsValue([
        ['1', 'Ada'],
        ['2', 'Gra'],
      ]),
      'broken: 1 of 2 are missing (2 | a text of 5 characters); 2 before, 2 after',
    ],
    [
      'one of two that are alike',
      textValue('a\nb\na\n'),
      textValue('b\na\nc\n'),
      'broken: 1 of 3 are missing (a text of 1 character); 3 before, 3 after',
    ],
    [
      'elements of a list',
      jsonValue([[1, 'x', { a: 1 }]]),
      jsonValue([[{ a: 1 }, 1]]),
      'broken: 1 of 3 are missing (a text of 1 character); 3 before, 2 after',
    ],
    ['what a path selects', jsonValue([1, 2]), jsonValue([2, 1, 1]), 'kept: 2 before, 3 after'],
    [
      'more than are told',
      rowsValue(Array.from({ length: 9 }, (_, id) => [`${id}`])),
      rowsValue([]),
      'broken: 9 of 9 are missing (0; 1; 2; 3; 4 …); 9 before, 0 after',
    ],
    ['nothing that could be lost', rowsValue([]), rowsValue([['1']]), 'unknown: it has no element on the baseline'],
  ])('%s', (_, before, after, expected) => {
    expect(compared('superset', before, after)).toBe(expected)
  })

  test('too many elements are told, and not compared', () => {
    const many = rowsValue(Array.from({ length: mostElements + 1 }, (_, id) => [`${id}`]))
    expect(compared('superset', many, many)).toContain(
      'unknown: an unknown value: it has 10001 elements, and at most 10000',
    )
  })
})

describe('numbers', () => {
  test.each<[Rule, Value, Value, string]>([
    ['grows', numberValue(3), numberValue(4), 'kept: 3 before, 4 after'],
    ['grows', numberValue(3), numberValue(3), 'broken: 3 before, 3 after'],
    ['grows', textValue('10\n'), textValue('9\n'), 'broken: 10 before, 9 after'],
    ['at-least', rowsValue([['10']]), rowsValue([['10']]), 'kept: 10 before, 10 after'],
    ['at-least', jsonValue([10]), jsonValue(['9']), 'broken: 10 before, 9 after'],
    [
      'at-least',
      textValue('ten'),
      numberValue(11),
      'unknown: an unknown value: its value is no number, but a text of 3 characters',
    ],
    [
      'at-least',
      numberValue(10),
      numberValue(Number.NaN),
      'unknown: an unknown value: its value is no number, but a text of 3 characters',
    ],
  ])('%s', (rule, before, after, expected) => {
    expect(compared(rule, before, after)).toBe(expected)
  })
})

test('what is kept has numbers, and nothing of a text but its length and hash', () => {
  const value = rowsValue([['17', 'Ada Lovelace', '']])
  const text = JSON.stringify([keep(value, 'superset', hash), keep(value, 'unchanged', hash)])
  expect(text).toContain('17 | #')
  expect(text).not.toMatch(/Ada|Lovelace/)
})
