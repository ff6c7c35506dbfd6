import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Config } from '../../src/config/index.ts'
import { withSource } from '../../src/plan/kinds.ts'
import { makePlan } from '../../src/plan/planner.ts'
import type { Release } from '../../src/releases/release.ts'
import { planTree } from '../../src/reports/index.ts'
import { load } from '../config/folder.ts'

const releases: Release[] = ['1.0', '2.0'].map((version) => ({
  version,
  images: [
    { service: 'db', reference: 'postgres:15', pinned: false },
    ...(version === '1.0' ? [{ service: 'cache', reference: 'redis:7', pinned: false }] : []),
    { service: 'web', reference: `example/app:${version}`, pinned: true },
  ],
}))

async function planOf(fixtures: readonly string[], more = 'rollback: none') {
  const list = fixtures.map((one) => `  - ${one}\n`).join('')
  const config = await load(
    `stack: docker-compose.yml\n${more}\nfixtures:\n${list}smoke:\n  - http: { get: "http://web:80/" }\n`,
  )
  const capturing: Config = { ...withSource(config, '1.0'), capture: true }
  return makePlan(capturing, releases, [])
}

const dump = 'postgres: { service: db, dump: "fixtures/{source.version}/app.dump" }'
const archive = 'volume: { name: data, archive: "fixtures/{source.version}/data.tar" }'

test('a plan with a capture is as it was', async () => {
  const plan = await planOf(
    [dump, archive, 'postgres: { service: db, dump: same.dump, database: other }'],
    'name: shop',
  )
  await expect(planTree(plan)).toMatchFileSnapshot(join(import.meta.dirname, '../plans/capture.txt'))
})

test('what is read from volumes comes before anything is started again', async () => {
  const { capture = [] } = await planOf([dump, archive])
  const steps = capture.flatMap((stage) => stage.steps)
  expect(steps.map(({ id, title }) => `${id}: ${title}`)).toEqual([
    'capture.1.stop: stop all services cleanly',
    'capture.2.capture: write volume fixtures/2.0/data.tar',
    'capture.3.up: run only db',
    'capture.4.capture: write postgres fixtures/2.0/app.dump',
  ])
})

test('without a wish for it there is none', async () => {
  const config = await load(`stack: docker-compose.yml\nrollback: none\nfixtures:\n  - ${dump}\n`)
  expect(makePlan(withSource(config, '1.0'), releases, [])).not.toHaveProperty('capture')
})

describe('what can not be captured is refused before anything starts', () => {
  test.each<[string, readonly string[], string, string]>([
    [
      'nothing',
      ['postgres: { service: db, dump: app.dump }'],
      'USAGE',
      'nothing would be captured: no fixture has {source.version} in its path',
    ],
    ['no fixture at all', ['seed: { service: web, run: [app, seed] }'], 'USAGE', 'nothing would be captured'],
    [
      'an import',
      [dump, 'import: { service: web, archive: "fixtures/{source.version}.snap", run: [app, import] }'],
      'CONFIG',
      "c.yml:5:5: a fixture of the kind import can't be captured: only the application itself could make it",
    ],
    [
      'a seed of the release',
      [dump, 'seed: { service: web, run: [app, seed, "{source.version}"] }'],
      'CONFIG',
      "c.yml:5:5: a fixture of the kind seed can't be captured",
    ],
    [
      'what is encrypted',
      ['postgres: { service: db, dump: "{source.version}.age", decrypt: { age: { identity: k } } }'],
      'CONFIG',
      "c.yml:4:5: an encrypted fixture can't be captured: there is no key to encrypt it with",
    ],
    [
      'the commands of a Redis',
      ['redis: { service: db, dump: "{source.version}.txt" }'],
      'CONFIG',
      "c.yml:4:5: it can't be captured: it is a file of commands, and only a snapshot can be captured",
    ],
    [
      'a service that the target has no more',
      ['redis: { service: cache, dump: "{source.version}.rdb", volume: data }'],
      'CONFIG',
      'c.yml:4:5: 2.0 has no service "cache" to capture it from',
    ],
    [
      'two in one place',
      [archive, 'directory: { volume: more, from: "fixtures/{source.version}/" }'],
      'CONFIG',
      'c.yml:5:5: it would be written into the place of another fixture, fixtures/2.0/data.tar',
    ],
  ])('%s', async (_, fixtures, code, says) => {
    await expect(planOf(fixtures)).rejects.toMatchObject({ code, message: expect.stringContaining(says) })
  })

  test('but a seed that is the same for every release is left alone', async () => {
    const { capture = [] } = await planOf([dump, 'seed: { service: web, run: [app, seed] }'])
    expect(capture.flatMap(({ steps }) => steps).filter(({ do: what }) => what === 'capture')).toHaveLength(1)
  })
})
