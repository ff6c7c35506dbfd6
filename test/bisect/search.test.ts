import { expect, test } from 'vitest'
import { type Answer, firstBreak } from '../../src/bisect/search.ts'

async function search(count: number, answers: (place: number) => Answer) {
  const asked: number[] = []
  const found = await firstBreak(count, async (place) => {
    asked.push(place)
    return answers(place)
  })
  return { ...found, asked }
}

test('of any number of releases, the first that breaks is found in as many rehearsals as halving takes', async () => {
  for (let count = 1; count <= 40; count += 1) {
    for (let first = 0; first < count; first += 1) {
      const found = await search(count, (place) => (place >= first ? 'breaks' : 'works'))
      expect(found).toMatchObject({ first, lastGood: first - 1, unclear: [] })
      expect(found.asked.length).toBeLessThanOrEqual(
        Math.max(1, Math.ceil(Math.log2(count))) + (first === count - 1 ? 1 : 0),
      )
      expect(new Set(found.asked).size).toBe(found.asked.length)
    }
  }
})

test('a target that works is asked before anybody says that it does', async () => {
  const found = await search(11, () => 'works')
  expect(found).toMatchObject({ first: undefined, lastGood: 10, unclear: [] })
  expect(found.asked).toContain(10)
})

test('what could not be told is passed by, and named where it stands between the two', async () => {
  const silent = new Set([4, 5, 6])
  const found = await search(11, (place) => (silent.has(place) ? 'unclear' : place >= 6 ? 'breaks' : 'works'))
  expect(found).toMatchObject({ first: 7, lastGood: 3, unclear: [4, 5, 6] })
})

test('where nothing can be told, nothing is', async () => {
  const found = await search(3, () => 'unclear')
  expect(found).toMatchObject({ first: undefined, lastGood: -1, unclear: [0, 1, 2] })
  expect(found.asked).toHaveLength(3)
})
