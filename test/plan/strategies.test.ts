import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makePlan } from '../../src/plan/planner.ts'
import type { Release } from '../../src/releases/release.ts'
import { planTree } from '../../src/reports/index.ts'
import { strategies } from '../../src/strategies/index.ts'
import { load } from '../config/folder.ts'

const base = `name: shop
stack: { compose: { from: a.yml, to: b.yml }, address: "http://web:8000" }
pin: { env: { file: .env, key: V } }
path: { to: "2.0" }
fixtures:
  - postgres: { service: db, dump: shop.dump }
smoke:
  - http: { name: no order is lost, get: /orders, capture: { orders: $.total }, json: { $.total: "{baseline.orders}" } }
  - exec: { service: web, run: [app, version], output: "{version}" }
`

const procedures: Readonly<Record<string, string>> = {
  restart: 'upgrade: { grace: 10s }',
  migrate: `upgrade:
  strategy: migrate
  before:
    - exec: { service: db, run: "pg_dump -U shop shop > /tmp/before.sql" }
  quiesce: [web, worker]
  migrate: { service: web, run: [app, migrate], forbid: "cancelled|ERROR", within: 10m }
  after:
    - exec: { service: web, run: [app, reindex] }`,
  transfer: `upgrade:
  strategy: transfer
  export:
    api:
      start: { post: /backup }
      capture: { id: $.id }
      poll: { get: "/backup/{id}", until: { $.state: done } }
      download: { get: "/backup/{id}/download" }
  fresh: [data]
  import: { service: web, mount: /e.snap, run: [app, import, /e.snap], running: [db] }`,
  rolling: `upgrade:
  strategy: rolling
  migrate: { service: web, run: [app, migrate] }
  order: [web, worker]
  between:
    - http: { name: the old one reads, get: "http://web.old:8000/orders" }
    - http: { name: the new one reads, get: "http://web.new:8000/orders", json: { $.total: "{baseline.orders}" } }`,
  steps: `upgrade:
  strategy: steps
  steps:
    - exec: { service: db, run: "pg_dump -U shop shop > /tmp/shop.sql", within: 5m }
    - down: true
    - pull: true
    - move: { volume: data, from: shop.db, to: db/shop.db }
    - up: [db]
    - restore: { postgres: { service: db, dump: extra.sql } }
    - run: { service: web, run: [app, migrate], dependencies: true }
    - up: all
    - ready: true
    - command: { run: ./notify.sh }`,
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

describe('the plan of each strategy', () => {
  test('none is left out', () => expect(Object.keys(procedures)).toEqual(strategies.map(({ name }) => name)))

  test.each(Object.entries(procedures))('%s', async (name, upgrade) => {
    const plan = makePlan(await load(base + upgrade), releases(), ['door'])
    await expect(planTree(plan)).toMatchFileSnapshot(join(import.meta.dirname, `../plans/by-${name}.txt`))
    const steps = plan.stages.flatMap((stage) => stage.steps)
    expect(new Set(steps.map(({ id }) => id)).size).toBe(steps.length)
    expect(steps.filter(({ withinMs }) => !(withinMs > 0))).toEqual([])
  })

  test.each(Object.entries(procedures))(
    '%s: the pin changes once in each hop, and the target is proven',
    async (_, upgrade) => {
      const { stages } = makePlan(await load(base + upgrade), releases(['1.0', '1.5', '2.0']), [])
      const hops = stages.filter(({ title }) => title.startsWith('hop'))
      expect(hops).toHaveLength(2)
      for (const [index, { steps }] of hops.entries()) {
        expect(steps.flatMap((step) => (step.do === 'create' ? [step.release] : []))).toEqual([index + 1])
        expect(steps.slice(-2)).toMatchObject([{ do: 'ready' }, { do: 'prove', release: index + 1 }])
      }
    },
  )
})

describe('what a procedure names has to be there, and is told at its place', () => {
  const fault = async (upgrade: string, of = releases()) => {
    const config = await load(`stack: a.yml\n${upgrade}`)
    try {
      makePlan(config, of, [])
    } catch (cause) {
      expect(cause).toMatchObject({ code: 'CONFIG' })
      return (cause as Error).message
    }
    return 'none'
  }
  const without = (service: string, release: number) =>
    releases().map((one, index) =>
      index === release ? { ...one, images: one.images.filter((image) => image.service !== service) } : one,
    )
  const migrate = (text: string) => `upgrade:\n  strategy: migrate\n${text.replace(/^/gm, '  ')}`

  test.each<[string, string, Release[] | undefined, string]>([
    [
      'a service that nobody has, under quiesce',
      migrate('quiesce: [web, workr]\nmigrate: { service: web, run: x }'),
      undefined,
      'c.yml:4:18: 1.0 has no service "workr"; did you mean "worker"?',
    ],
    [
      'one that the new file lacks, for the migration, though it is quiesced before',
      migrate('quiesce: [worker]\nmigrate: { service: worker, run: x }'),
      without('worker', 1),
      'c.yml:5:14: 2.0 has no service "worker"; known here: db, web',
    ],
    [
      'one that only the new file has, before the upgrade',
      migrate('quiesce: [worker]\nmigrate: { service: web, run: x }'),
      without('worker', 0),
      'c.yml:4:13: 1.0 has no service "worker"; known here: db, web',
    ],
    [
      'in the middle of the path',
      migrate('quiesce: [worker]\nmigrate: { service: web, run: x }'),
      releases(['1.0', '1.5', '2.0']).map((one, index) =>
        index === 1 ? { ...one, images: one.images.slice(0, 2) } : one,
      ),
      'c.yml:4:13: 1.5 has no service "worker"; known here: db, web',
    ],
    [
      'in a step on the target, not where the source has it',
      'upgrade:\n  strategy: steps\n  steps:\n    - stop: [worker]\n    - pull: true\n    - up: [worker]',
      without('worker', 1),
      'c.yml:7:12: 2.0 has no service "worker"; known here: db, web',
    ],
    [
      'of a fixture on the way',
      'upgrade:\n  strategy: steps\n  steps:\n    - restore: { postgres: { service: bd, dump: x } }',
      undefined,
      'c.yml:5:30: 1.0 has no service "bd"; did you mean "db"?',
    ],
    [
      'in the order of a rolling upgrade',
      'upgrade: { strategy: rolling, order: [web, wrker] }',
      undefined,
      'c.yml:2:44: 1.0 has no service "wrker"; did you mean "worker"?',
    ],
    [
      'in a check between two containers',
      'upgrade:\n  strategy: rolling\n  order: web\n  between:\n    - http: { get: "http://wbe.old:80/" }',
      undefined,
      'c.yml:6:7: 1.0 has no service "wbe"; did you mean "web"?',
    ],
    [
      'in the import of a transfer',
      'upgrade:\n  strategy: transfer\n  export: { exec: { service: web, run: x } }\n  fresh: data\n  import: { service: wbe, run: y }',
      undefined,
      'c.yml:6:13: 2.0 has no service "wbe"; did you mean "web"?',
    ],
    [
      'in the export of a transfer',
      'upgrade:\n  strategy: transfer\n  export: { exec: { service: wbe, run: x } }\n  fresh: data\n  import: { service: web, run: y }',
      undefined,
      'c.yml:4:21: 1.0 has no service "wbe"; did you mean "web"?',
    ],
    [
      'in what runs beside a fixture',
      'fixtures:\n  - volume: { name: a, archive: b, running: [dbb] }',
      undefined,
      'c.yml:3:5: 1.0 has no service "dbb"; did you mean "db"?',
    ],
    [
      'a fixture of what the target no longer has is none',
      'fixtures:\n  - postgres: { service: db, dump: x }',
      without('db', 1),
      'none',
    ],
  ])('%s', async (_, text, of, message) => {
    expect(await fault(text, of)).toBe(message)
  })
})
