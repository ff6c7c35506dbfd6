import { expect, test } from 'vitest'
import { makePlan } from '../../src/plan/planner.ts'
import { load } from '../config/folder.ts'
import { lived, verdictOf } from './ways.ts'

const config = `name: example
stack: { compose: a.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: V } }
path: { to: "2.0.0" }
fixtures: [ { postgres: { service: db, dump: prod.dump } } ]
smoke: [ { http: { get: /notes } } ]
rollback: none
`
const releases = ['1.0.0', '2.0.0'].map((version) => ({
  version,
  images: [
    {
      service: 'web',
      reference: `example/app:${version}`,
      pinned: true,
      mounts: [{ volume: 'uploads', target: '/uploads' }],
    },
    {
      service: 'db',
      reference: 'postgres:17',
      pinned: false,
      mounts: [{ volume: 'db-data', target: '/var/lib/postgresql/data' }],
    },
  ],
}))

test('what nobody looked at is told: services, volumes, images that stay, ways back', async () => {
  const plan = makePlan(await load(config), releases, [])
  const { coverage } = verdictOf(plan, lived(plan))
  expect(coverage.unchecked).toEqual([
    { what: 'service db', why: 'no check of the smoke suite names it' },
    { what: 'volume uploads', why: 'no fingerprint is taken of what is in it; name it under "data"' },
    { what: 'the way back', why: 'none is configured' },
    { what: 'another image of db', why: 'the pin does not move it' },
  ])
})

test('a volume whose store could not be read is not looked at either', async () => {
  const plan = makePlan(await load(config), releases, [])
  const { coverage } = verdictOf(plan, lived(plan, { counts: () => 'no such role' }))
  expect(coverage.unchecked).toContainEqual({ what: 'volume db-data', why: 'there is no fingerprint of db' })
})
