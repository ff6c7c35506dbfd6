import { expect, test } from 'vitest'
import { Trunk } from '../../src/run/trunk.ts'
import { prefixesOf } from '../../src/versions/index.ts'

test('what a path begins with are its states, but its target', () => {
  expect(prefixesOf('1.0..1.1..2.0')).toEqual(['1.0', '1.0..1.1'])
  expect(prefixesOf('1.0..2.0')).toEqual(['1.0'])
  // Nobody has found its releases yet.
  expect(prefixesOf('1.0....2.0')).toEqual([])
})

test('a state is made by whoever says so first, and the others wait until it is there', async () => {
  const trunk = new Trunk('/nowhere')
  expect(trunk.claim('1.0')).toBe(true)
  expect(trunk.claim('1.0')).toBe(false)
  const seen: string[] = []
  const waiting = trunk.settled('1.0').then(() => seen.push('went on'))
  await Promise.resolve()
  expect(seen).toEqual([])
  trunk.settle('1.0')
  await waiting
  expect(seen).toEqual(['went on'])
  // Once it is there, and where nobody makes it, nobody waits.
  await trunk.settled('1.0')
  await trunk.settled('7.0')
})
