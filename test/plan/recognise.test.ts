import { describe, expect, test } from 'vitest'
import { makePlan } from '../../src/plan/planner.ts'
import { withRecognised } from '../../src/plan/recognise.ts'
import type { ImageUse, Release } from '../../src/releases/release.ts'
import { load } from '../config/folder.ts'

const base = `stack: { compose: a.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: V } }
path: { to: "2.0.0" }
smoke: [ { http: { get: /notes } } ]
rollback: none
`
const kept = [{ volume: 'kept', target: '/data' }]

function releasesWith(...uses: readonly (Partial<ImageUse> & { readonly service: string })[]): Release[] {
  return ['1.0.0', '2.0.0'].map((version) => ({
    version,
    images: [
      { service: 'web', reference: `example/app:${version}`, pinned: true },
      ...uses.map((use) => ({ reference: '', pinned: false, ...use })),
    ],
  }))
}

async function planned(releases: Release[], more = '') {
  return makePlan(withRecognised(await load(base + more), releases), releases, [])
}

test.each<[string, Partial<ImageUse>, string[]]>([
  ['PostgreSQL', { reference: 'postgres:17' }, ['store']],
  ['one of a registry, by digest', { reference: 'registry.example:5000/library/postgres@sha256:abc' }, ['store']],
  ['one with more in it', { reference: 'timescale/timescaledb-ha:pg16' }, ['store']],
  ['MariaDB', { reference: 'mariadb:11' }, ['store']],
  ['a Redis with a volume', { reference: 'redis:7', mounts: kept }, ['store']],
  ['MinIO with a volume', { reference: 'quay.io/minio/minio:latest', mounts: kept }, ['store']],
  ['a Redis that is a cache', { reference: 'redis:7' }, []],
  ['one whose environment nobody knows', { reference: 'bitnami/postgres:17' }, []],
  ['one that does not run', { reference: 'postgres:17', replicas: 0 }, []],
  ['a tool of the same maker', { reference: 'prometheuscommunity/postgres-exporter:1' }, []],
])('%s', async (_, use, expected) => {
  const plan = await planned(releasesWith({ service: 'store', ...use }))
  expect(plan.stores).toEqual(expected)
  // Nobody asked for it: that it can't be read fails nothing.
  expect(plan.guessed).toEqual(expected)
})

describe('an image tells of no store', () => {
  const db = { service: 'db', reference: 'postgres:17' }

  test('that a fixture tells more of', async () => {
    const fixtures = 'fixtures: [ { postgres: { service: db, dump: a.sql, database: app } } ]\n'
    expect((await planned(releasesWith(db), fixtures)).stores).toEqual(['db/app'])
  })

  test('where the configuration names its stores, or that there is none', async () => {
    const other = { service: 'other', reference: 'postgres:17' }
    expect((await planned(releasesWith(db, other), 'data: [ { postgres: { service: other } } ]\n')).stores).toEqual([
      'other',
    ])
    expect((await planned(releasesWith(db), 'data: []\n')).stores).toEqual([])
  })

  test('that the target does not have', async () => {
    const [source, target] = releasesWith(db) as [Release, Release]
    const without = { ...target, images: target.images.filter(({ service }) => service !== 'db') }
    expect((await planned([source, without])).stores).toEqual([])
  })

  test('but rules beside it take none away', async () => {
    const rules = 'data: [ { sql: { service: db, query: SELECT 1, rule: unchanged } } ]\n'
    const plan = await planned(releasesWith(db), rules)
    expect([plan.stores, plan.invariants]).toEqual([['db'], [{ title: 'sql db: SELECT 1', rule: 'unchanged' }]])
    expect(plan.coverage.services).toContainEqual({ service: 'db', checks: 1 })
  })
})

test('each volume is known with the stores that look into it', async () => {
  const plan = await planned(
    releasesWith(
      { service: 'db', reference: 'postgres:17', mounts: [{ volume: 'db-data', target: '/var/lib/postgresql/data' }] },
      {
        service: 'app',
        reference: 'example/other:1',
        mounts: [
          { volume: 'uploads', target: '/app/uploads' },
          { volume: './files', target: '/app/files' },
          { volume: 'sqlite', target: '/data/' },
          { volume: 'plugins', target: '/app/plugins' },
        ],
      },
    ),
    `data:
  - postgres: { service: db }
  - files: { volume: uploads, under: "2026" }
  - files: { volume: ./files }
  - sqlite: { service: app, file: /data/app.db }
`,
  )
  expect(plan.coverage.volumes).toEqual([
    { volume: 'db-data', stores: ['db'] },
    { volume: 'uploads', stores: ['uploads/2026'] },
    { volume: './files', stores: ['./files'] },
    { volume: 'sqlite', stores: ['app/data/app.db'] },
    { volume: 'plugins', stores: [] },
  ])
})
