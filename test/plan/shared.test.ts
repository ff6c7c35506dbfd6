import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makePlan } from '../../src/plan/planner.ts'
import type { Release } from '../../src/releases/release.ts'
import { planTree } from '../../src/reports/index.ts'
import { load } from '../config/folder.ts'

const release = (version: string): Release => ({
  version,
  images: [
    { service: 'db', reference: 'postgres:15', pinned: false },
    { service: 'web', reference: `app:${version}`, pinned: true },
  ],
})

const config = (upgrade: string) => `
stack: { compose: docker-compose.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: V } }
fixtures: [ { postgres: { service: db, dump: notes.dump } } ]
smoke: [ { http: { get: /notes } } ]
upgrade: ${upgrade}
rollback: [ { restore: { expect: works } } ]
`

async function planOf(versions: readonly string[], upgrade: string, shared = versions.length) {
  const loaded = await load(config(upgrade))
  return makePlan({ ...loaded, shared }, versions.map(release), [])
}

const source =
  '{ strategy: steps, steps: [ { exec: { service: web, run: [app, drain] } }, { down: true }, { up: all } ] }'

test('the plan of a path among others keeps each state that they may have in common', async () => {
  await expect(planTree(await planOf(['1.0', '1.1', '1.2', '2.0'], '{}'))).toMatchFileSnapshot(
    join(import.meta.dirname, '../plans/shared.txt'),
  )
})

test('where a hop begins with the running source, that is started again', async () => {
  await expect(planTree(await planOf(['1.0', '1.1', '2.0'], source))).toMatchFileSnapshot(
    join(import.meta.dirname, '../plans/shared-by-steps.txt'),
  )
})

test('what no other path has in common is not kept', async () => {
  const keys = (shared: number) =>
    planOf(['1.0', '1.1', '2.0'], '{}', shared).then(({ stages }) => stages.flatMap(({ key }) => key ?? []))
  expect(await keys(1)).toEqual(['shared-0', 'baseline', 'second-start'])
  expect(await keys(0)).toEqual(['baseline', 'second-start'])
})

test('paths have the same stages up to where they part, by id and by what they do', async () => {
  const [one, other] = [await planOf(['1.0', '1.1', '1.2', '2.0'], '{}'), await planOf(['1.0', '1.1', '2.0'], '{}')]
  const begin = (plan: typeof one) => {
    const last = plan.stages.findIndex(({ key }) => key === 'shared-1')
    return plan.stages.slice(0, last + 1).filter(({ phase }) => phase !== 'prepare')
  }
  expect(begin(one).length).toBeGreaterThan(3)
  expect(begin(other)).toEqual(begin(one))
})
