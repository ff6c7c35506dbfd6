import { expect, test } from 'vitest'
import { compose, composeFile } from './apps.ts'
import { rehearse } from './harness.ts'

/** The data is made by the source release: no fixture tells of a database. */
const fixtures = '\n  - seed: { service: web, run: [app, seed, "10"] }'
const health = '\n  - http: { get: /health }'
const file = composeFile
  .replace(
    'services:',
    'services:\n  queue: { image: "redis:7", volumes: ["queue-data:/data"] }\n  cache: { image: "redis:7" }',
  )
  .replace('restart: always', 'volumes: ["uploads:/uploads"]')
  .replace('volumes: { db-data: }', 'volumes: { db-data: , queue-data: , uploads: }')

test('databases that are known by their images are compared, and what nobody looks into is told', async () => {
  const outcome = await rehearse({
    ...compose({ to: '2.0-loses-data', fixtures, smoke: health }),
    'docker-compose.yml': file,
  })
  expect(outcome.codes).toEqual(['DATA_LOST'])
  expect(outcome.verdict.reasons[0]?.message).toMatch(/^db: notes has lost 5 of 10 rows/)
  expect(outcome.verdict.data.stores.map(({ store }) => store)).toEqual(['db', 'queue'])
  const unchecked = outcome.verdict.coverage.unchecked.map(({ what }) => what)
  expect(unchecked.filter((what) => what.startsWith('volume'))).toEqual(['volume uploads'])
})

test('one that can not be read is told in what was not looked at, and is no reason', async () => {
  const outcome = await rehearse({
    ...compose({ fixtures, smoke: health }),
    'docker-compose.yml': file.replace(
      '"redis:7", volumes',
      '"redis:7", command: [redis-server, --requirepass, hidden], volumes',
    ),
  })
  expect(outcome.codes, outcome.output).toEqual([])
  expect(outcome.verdict.verdict).toBe('compatible')
  expect(outcome.verdict.coverage.unchecked.map(({ what }) => what)).toContain('the data in queue')
  expect(outcome.verdict.data.stores.map(({ store }) => store)).toEqual(['db'])
})
