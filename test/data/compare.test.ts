import { describe, expect, test } from 'vitest'
import { missing, written } from '../../src/data/compare.ts'
import { countsOf, joinedName } from '../../src/data/counts.ts'
import type { Counts } from '../../src/data/data.ts'

const odd = (name: string, rows: number) => countsOf([[name, rows]])

describe('what was written', () => {
  test.each<[string, Counts, Counts, [string, number][]]>([
    ['nothing', { a: 1, b: 2 }, { a: 1, b: 2 }, []],
    ['nothing in nothing', {}, {}, []],
    ['more rows', { a: 1, b: 2 }, { a: 4, b: 2 }, [['a', 3]]],
    ['a new table, whole', {}, { a: 4 }, [['a', 4]]],
    ['a new table without a row', {}, { a: 0 }, []],
    ['nothing where it shrank, which takes nothing from the others', { a: 9, b: 1 }, { a: 2, b: 2 }, [['b', 1]]],
    ['nothing in what is gone', { a: 9 }, {}, []],
    [
      'most first, then by name',
      { c: 1 },
      { d: 2, b: 2, c: 9, a: 2 },
      [
        ['c', 8],
        ['a', 2],
        ['b', 2],
        ['d', 2],
      ],
    ],
    ['in a table of any name', {}, odd('__proto__', 2), [['__proto__', 2]]],
    ['in one that is called like a part of every object', {}, { constructor: 1 } as never, [['constructor', 1]]],
  ])('%s', (_, before, after, tables) => {
    const total = tables.reduce((sum, [, rows]) => sum + rows, 0)
    expect(written(before, after)).toEqual({ total, tables: tables.map(([name, rows]) => ({ name, rows })) })
  })
})

describe('what is missing', () => {
  test.each<[string, Counts, Counts, ReturnType<typeof missing>]>([
    ['nothing', { a: 1 }, { a: 1, b: 1 }, []],
    ['nothing where it grew', { a: 1 }, { a: 2 }, []],
    ['rows', { a: 3 }, { a: 1 }, [{ name: 'a', before: 3, after: 1 }]],
    ['all rows', { a: 3 }, { a: 0 }, [{ name: 'a', before: 3, after: 0 }]],
    ['a table', { a: 3 }, {}, [{ name: 'a', before: 3 }]],
    ['a table without a row', { a: 0 }, {}, [{ name: 'a', before: 0 }]],
    [
      'several, by name',
      { b: 1, a: 1, c: 1 },
      { c: 1 },
      [
        { name: 'a', before: 1 },
        { name: 'b', before: 1 },
      ],
    ],
    ['a table of any name', odd('__proto__', 2), {}, [{ name: '__proto__', before: 2 }]],
  ])('%s', (_, before, after, expected) => expect(missing(before, after)).toEqual(expected))
})

test('names are sorted, and none is lost', () => {
  const counts = countsOf([
    ['b', 1],
    ['__proto__', 3],
    ['a', 2],
  ])
  expect(Object.entries(counts)).toEqual([
    ['__proto__', 3],
    ['a', 2],
    ['b', 1],
  ])
})

test('no two tables have one name', () => {
  const names = [
    ['a', 'b'],
    ['a.b'],
    ['"a', 'b"'],
    ['a"', '"b'],
    ['"a"', 'b'],
    ['a', '.b'],
    ['a.', 'b'],
    ['a', '', 'b'],
  ]
  expect(new Set(names.map((parts) => joinedName(...parts))).size).toBe(names.length)
  expect(joinedName('archive', 'orders')).toBe('archive.orders')
})
