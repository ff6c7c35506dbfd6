import { expect, test } from 'vitest'
import { Buckets } from '../../src/data/buckets.ts'
import { bucketCount } from '../../src/data/print.ts'

const seen = (buckets: Buckets, places: readonly number[]) =>
  [...buckets.indexes()].map((index) => [
    index,
    buckets.rows(index),
    ...places.map((place) => buckets.sum(index, place)),
  ])

test('rows that are added one by one come to what is added at once', () => {
  const [one, all] = [new Buckets(2), new Buckets(2)]
  for (const sum of [5n, -7n, 11n]) one.add(4095, 1, [sum, 2n * sum])
  one.add(0, 1, [1n, 0n])
  all.add(0, 1, [1n, 0n])
  all.add(4095, 3, [9n, 18n])
  expect(seen(one, [0, 1])).toEqual(seen(all, [0, 1]))
  expect(seen(all, [0, 1])).toEqual([
    [0, 1, 1n, 0n],
    [4095, 3, 9n, 18n],
  ])
  expect(all.total).toBe(4)
})

test('a part without rows has nothing', () => {
  const buckets = new Buckets(1)
  buckets.add(7, 2, [3n])
  expect([buckets.rows(8), buckets.sum(8, 0), [...buckets.indexes()]]).toEqual([0, 0n, [7]])
})

test('every part can have rows, whatever the order in which they come', () => {
  const buckets = new Buckets(1)
  const order = Array.from({ length: bucketCount }, (_, index) => (index * 1237) % bucketCount)
  for (const index of order) buckets.add(index, index + 1, [BigInt(index)])
  expect(seen(buckets, [0])).toEqual(
    Array.from({ length: bucketCount }, (_, index) => [index, index + 1, BigInt(index)]),
  )
})

test('sums of more than 64 bits still differ where what was summed differs', () => {
  const [one, other] = [new Buckets(1), new Buckets(1)]
  one.add(1, 9, [2n ** 70n + 5n])
  other.add(1, 9, [2n ** 70n + 6n])
  expect(one.sum(1, 0)).toBe(5n)
  expect(other.sum(1, 0)).toBe(6n)
})
