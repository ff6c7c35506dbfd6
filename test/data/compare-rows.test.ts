import { describe, expect, test } from 'vitest'
import { compareRows, type Sides } from '../../src/data/compare-rows.ts'

const sides = (more: Partial<Sides>): Sides => ({
  table: 'version',
  columns: ['version'],
  keyed: false,
  before: [{ key: '', cells: ['1'] }],
  after: [{ key: '', cells: ['3'] }],
  of: 1,
  atLeast: false,
  ...more,
})
const kinds = (more: Partial<Sides>) => compareRows(sides(more)).map(({ kind, rows }) => `${kind} ${rows}`)

describe('the only row of a table is the same row', () => {
  test('without a key: its value has changed, and nothing is lost', () => {
    expect(kinds({})).toEqual(['values-changed 1'])
  })

  test('by a key that is itself what changes', () => {
    const [before, after] = [[{ key: 'a1', cells: [] }], [{ key: 'b2', cells: [] }]]
    expect(kinds({ keyed: true, columns: [], before, after })).toEqual(['values-changed 1'])
  })

  test('and what became nothing, or less, is told', () => {
    expect(kinds({ after: [{ key: '', cells: [null] }] })).toEqual(['nulled 1'])
    expect(kinds({ before: [{ key: '', cells: ['a long text'] }], after: [{ key: '', cells: ['a long'] }] })).toEqual([
      'truncated 1',
    ])
  })

  test('unless it is gone, or one of several', () => {
    expect(kinds({ after: [] })).toEqual(['rows-lost 1'])
    expect(kinds({ of: 2 })).toEqual(['rows-lost 1', 'grown 1'])
    expect(
      kinds({
        after: [
          { key: '', cells: ['3'] },
          { key: '', cells: ['4'] },
        ],
      }),
    ).toEqual(['rows-lost 1', 'grown 2'])
  })
})
