import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makePlan } from '../../src/plan/planner.ts'
import type { Release } from '../../src/releases/release.ts'
import { planTree } from '../../src/reports/index.ts'
import { rollbacks } from '../../src/rollbacks/index.ts'
import { load } from '../config/folder.ts'

const base = `name: shop
stack: { compose: a.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: V } }
path: { to: "2.0" }
fixtures:
  - postgres: { service: db, dump: shop.dump }
sign-in: { request: { post: /login, json: { user: admin } }, cookie: session }
smoke:
  - http: { name: no order is lost, get: /orders, capture: { orders: $.total }, json: { $.total: { min: "{baseline.orders}" } } }
  - http: { name: an order is taken, post: /orders, body: { item: tea }, status: 201 }
`
const every = `rollback:
  - image: { expect: fails }
  - restore: { expect: works }
  - backup:
      make:
        - exec: { service: db, run: [pg_dump, shop], save: shop.sql, within: 5m }
        - api: { start: { post: /backup }, capture: { id: $.id }, download: { get: "/backup/{id}" }, save: files.tar }
      restore:
        - volume: { name: data, archive: "{backup}/files.tar" }
        - postgres: { service: db, dump: "{backup}/shop.sql" }
  - files: { move: { volume: data, from: old, to: new }, expect: works }
  - command:
      steps:
        - run: { service: web, run: [shop, downgrade, "{source.version}"] }
        - restore: { postgres: { service: db, dump: before.sql } }
        - pull: true
        - up: all
  - automatic: { break: { web: { image: "example/shop:broken" } }, expect: works }
  - interrupted: { service: web, seed: 7, times: 2, again: works }
  - image: { name: once-more }
`
const strategies: Readonly<Record<string, string>> = {
  restart: '',
  migrate: `upgrade:
  strategy: migrate
  quiesce: [web, worker]
  migrate: { service: web, run: [shop, migrate] }
  after: [ { exec: { service: web, run: [shop, reindex] } } ]
`,
  transfer: `upgrade:
  strategy: transfer
  export: { exec: { service: web, run: [shop, export] } }
  fresh: [data]
  import: { service: web, mount: /e.snap, run: [shop, import, /e.snap], running: [db] }
`,
  rolling: `upgrade:
  strategy: rolling
  migrate: { service: web, run: [shop, migrate] }
  order: [web, worker]
  between:
    - http: { name: the old one reads, get: "http://web.old:8000/orders" }
`,
}

function releases(versions = ['1.0', '2.0']): Release[] {
  return versions.map((version) => ({
    version,
    images: [
      { service: 'db', reference: 'postgres:15', pinned: false },
      { service: 'web', reference: `example/shop:${version}`, pinned: true, replicas: 2 },
      { service: 'worker', reference: `example/shop:${version}`, pinned: true },
    ],
  }))
}

const paths = { 'one hop': ['1.0', '2.0'], 'two hops': ['1.0', '1.5', '2.0'] }
const all = Object.entries(strategies).flatMap(([strategy, upgrade]) =>
  Object.entries(paths).map(([path, versions]) => [strategy, path, upgrade, versions] as const),
)

async function planOf(upgrade: string, versions: readonly string[], rollback = every) {
  return makePlan(await load(base + upgrade + rollback), releases([...versions]), ['door'])
}

test('the plan with every kind of way back', async () => {
  const plan = await planOf('', paths['one hop'])
  expect(new Set(plan.ways.map(({ kind }) => kind))).toEqual(new Set(rollbacks.map(({ name }) => name)))
  await expect(planTree(plan)).toMatchFileSnapshot(join(import.meta.dirname, '../plans/ways-back.txt'))
})

test('on a path of two hops, what is broken or killed is the last one', async () => {
  const tree = planTree(await planOf('', paths['two hops']))
  await expect(tree).toMatchFileSnapshot(join(import.meta.dirname, '../plans/ways-back-two-hops.txt'))
})

describe.each(all)('by %s, on a path of %s', (_, path, upgrade, versions) => {
  test('each stage needs a state or a stage that is there before it', async () => {
    const plan = await planOf(upgrade, versions)
    const known = new Set(['target', ...plan.stages.flatMap(({ key }) => key ?? [])])
    for (const { key, after, title } of plan.back) {
      expect(known, title).toContain(after)
      expect(known, title).not.toContain(key)
      known.add(key as string)
    }
  })

  test('each fork is of a state that was frozen before it, and nothing is frozen twice', async () => {
    const plan = await planOf(upgrade, versions)
    const frozen = new Set<string>()
    for (const step of [...plan.stages, ...plan.back].flatMap(({ steps }) => steps)) {
      if (step.do === 'fork') expect(frozen, step.id).toContain(step.name)
      if (step.do !== 'checkpoint') continue
      expect(frozen, step.id).not.toContain(step.name)
      frozen.add(step.name)
    }
    expect(frozen.has('before')).toBe(path === 'two hops')
  })

  test('each way is decided by a stage, and each stage that decides has a way', async () => {
    const plan = await planOf(upgrade, versions)
    const decided = new Set(plan.back.flatMap(({ way }) => way ?? []))
    expect([...decided].sort()).toEqual(plan.ways.map(({ id }) => id).sort())
  })

  test('everything is stopped when volumes are frozen or put back', async () => {
    const plan = await planOf(upgrade, versions)
    for (const { steps } of [...plan.stages, ...plan.back]) {
      for (const [index, step] of steps.entries()) {
        if (step.do === 'checkpoint') expect(steps[index - 1], step.id).toMatchObject({ do: 'stop' })
        if (step.do === 'checkpoint') expect(steps[index - 1]).not.toHaveProperty('services')
      }
    }
  })

  test('no step has the id of another, or no deadline', async () => {
    const plan = await planOf(upgrade, versions)
    const steps = [...plan.stages, ...plan.back].flatMap((stage) => stage.steps)
    expect(new Set(steps.map(({ id }) => id)).size).toBe(steps.length)
    expect(steps.filter(({ withinMs }) => !(withinMs > 0))).toEqual([])
  })

  test('fixtures of the ways back are their own, and come after all others', async () => {
    const plan = await planOf(upgrade, versions)
    const used = plan.back.flatMap(({ steps, key }) =>
      steps.flatMap((step) => (step.do === 'restore' ? [`${key} ${step.fixture}`] : [])),
    )
    const first = upgrade.includes('transfer') ? 2 : 1
    const own = used.filter((one) => /^(backup|command) /.test(one))
    expect(own).toEqual([`backup ${first}`, `backup ${first + 1}`, `command ${first + 2}`])
    const read = plan.stages.flatMap(({ steps }) =>
      steps.flatMap((step) => (step.do === 'verify-fixture' ? [step.fixture] : [])),
    )
    // What this rehearsal makes itself can't be read before it has.
    expect(read).toEqual([0, first + 2])
  })

  test('the smoke suite is asked as a whole, signed in, and with its writes known', async () => {
    const plan = await planOf(upgrade, versions)
    for (const { steps, key, way } of plan.back) {
      if (way === undefined || key === 'backup.make') continue
      expect(steps.slice(-3), key).toMatchObject([
        { do: 'sign-in' },
        { do: 'check', check: 0 },
        { do: 'check', check: 1, writes: true },
      ])
    }
  })
})

test('rows are counted before the upgrade, after it, after its checks, after a second start, and on each way back', async () => {
  const plan = await planOf('', paths['one hop'])
  const counted = [...plan.stages, ...plan.back].flatMap(({ steps, key }) =>
    steps.flatMap((step) =>
      step.do === 'count' || step.do === 'fingerprint' ? [`${key ?? ''} ${step.moment}`.trim()] : [],
    ),
  )
  expect(counted.slice(0, 4)).toEqual(['baseline', 'upgraded', 'written', 'second-start restarted'])
  expect(counted.slice(4).every((one) => one.endsWith(' back'))).toBe(true)
  expect(plan.stores).toEqual(['db'])
})

test('images that only a way back needs are pulled with all others', async () => {
  const [prepare] = (await planOf('', paths['one hop'])).stages
  expect(prepare?.steps[0]).toMatchObject({ do: 'pull', images: expect.arrayContaining(['example/shop:broken']) })
})

test('what the hops before the last one have changed is not compared with the baseline', async () => {
  const finds = async (versions: readonly string[]) =>
    (await planOf('', versions)).ways.filter(({ kind }) => kind === 'automatic').map((one) => one.finds)
  expect(await finds(paths['one hop'])).toEqual(['rows'])
  expect(await finds(paths['two hops'])).toEqual(['stores'])
})

test.each([
  ['none', 'rollback: none\n', ['baseline']],
  ['only the state before', 'rollback: [ { restore: {} } ]\n', ['baseline']],
  ['the state after', 'rollback: [ { image: {} } ]\n', ['baseline', 'upgraded']],
  [
    'the state before the last hop',
    'rollback: [ { interrupted: { service: web } } ]\n',
    ['baseline', 'before', 'interrupted.kill'],
  ],
])('no more is frozen than is needed: %s', async (_, rollback, names) => {
  const plan = await planOf('', paths['two hops'], rollback)
  const frozen = [...plan.stages, ...plan.back].flatMap(({ steps }) =>
    steps.flatMap((step) => (step.do === 'checkpoint' ? [step.name] : [])),
  )
  expect(frozen).toEqual(names)
})
