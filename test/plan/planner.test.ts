import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { smokeUrls } from '../../src/plan/kinds.ts'
import { makePlan } from '../../src/plan/planner.ts'
import type { Release } from '../../src/releases/release.ts'
import { planTree } from '../../src/reports/index.ts'
import { load } from '../config/folder.ts'

const golden = (name: string) => join(import.meta.dirname, '../plans', name)

const composed = `
name: notes
stack: { compose: docker-compose.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: APP_VERSION } }
path: { to: "2.0", stops: ["1.1"] }
fixtures:
  - file: { from: prod.env, to: .env }
  - postgres: { service: db, dump: notes.dump }
  - volume: { name: uploads, archive: uploads.tar.zst, exclude: [cache] }
  - seed: { service: web, run: [app, seed, "1"] }
ready:
  within: 3m
  checks:
    - healthy: [db, web]
    - http: { get: /health }
sign-in:
  request: { post: /login, json: { user: admin } }
  cookie: session
smoke:
  - http: { name: no note is lost, get: /notes, capture: { notes: $.total }, json: { $.total: "{baseline.notes}" } }
  - http: { get: /health }
  - http: { get: /health }
  - exec: { service: web, run: [app, version], output: "{version}" }
  - log: { services: [db, web], forbid: FATAL }
upgrade: { grace: 10s }
limits: { total: 30m }
`

const single = `
name: one
stack: { image: "example/app:1.0", ports: [8000], volumes: ["data:/data"] }
path: { to: "2.0" }
smoke:
  - http: { get: /health }
network: open
`

const composeReleases: Release[] = ['1.0', '1.1', '2.0'].map((version) => ({
  version,
  images: [
    { service: 'db', reference: 'postgres:15', pinned: false },
    { service: 'web', reference: `example/app:${version}`, pinned: true },
  ],
}))
const singleReleases: Release[] = ['1.0', '2.0'].map((version) => ({
  version,
  images: [{ service: 'app', reference: `example/app:${version}`, pinned: true }],
}))

describe.each([
  ['compose-with-stop', composed, composeReleases],
  ['single-image', single, singleReleases],
] as const)('the plan of %s', (name, config, releases) => {
  test('as people and as programs read it', async () => {
    const plan = makePlan(await load(config), releases, ['alpine/socat:1.7.4.3-r0'])
    await expect(planTree(plan)).toMatchFileSnapshot(golden(`${name}.txt`))
    await expect(`${JSON.stringify(plan, null, 2)}\n`).toMatchFileSnapshot(golden(`${name}.json.golden`))
  })

  test('is the same each time', async () => {
    const once = async () => JSON.stringify(makePlan(await load(config), releases, ['door']))
    expect(await once()).toBe(await once())
  })

  test('gives each step an id of its own, and the deadline that the configuration sets', async () => {
    const steps = makePlan(await load(config), releases, []).stages.flatMap((stage) => stage.steps)
    expect(new Set(steps.map(({ id }) => id)).size).toBe(steps.length)
    expect(steps.filter(({ withinMs }) => !(withinMs > 0))).toEqual([])
  })

  test('asks the baseline and the target the same, and nothing in between', async () => {
    const { stages } = makePlan(await load(config), releases, [])
    const asked = (phase: string) =>
      stages
        .filter((stage) => stage.phase === phase)
        .flatMap(({ steps }) => steps.flatMap((step) => (step.do === 'check' ? [step.check] : [])))
    expect(asked('baseline').length).toBeGreaterThan(0)
    expect(asked('target')).toEqual(asked('baseline'))
    expect(asked('hop')).toEqual([])
  })
})

test('checks of the same title have ids of their own', async () => {
  const { checks } = makePlan(await load(composed), composeReleases, [])
  expect(checks.map(({ id }) => id)).toEqual([
    'no note is lost',
    'http GET /health',
    'http GET /health (2)',
    'exec web: app version',
    'log db, web has no /FATAL/',
  ])
})

test('every address that will be asked is known beforehand', async () => {
  expect(smokeUrls(await load(composed))).toEqual(['/notes', '/health', '/health', '/health', '/login'])
})

describe('a service that does not exist is named, with its place and the nearest one', () => {
  const base = 'stack: docker-compose.yml\n'
  test.each([
    ['in a check', 'smoke:\n  - exec: { service: wbe, run: x }', '3:5', 'wbe', 'web'],
    ['in a list', 'smoke:\n  - log: { services: [web, dbb], forbid: x }', '3:5', 'dbb', 'db'],
    ['in a URL', 'smoke:\n  - http: { get: "http://wep:80/" }', '3:5', 'wep', 'web'],
    ['in a ready check', 'ready:\n  checks:\n    - healthy: [d]', '4:7', 'd', 'db'],
    ['in a fixture', 'fixtures:\n  - postgres: { service: bd, dump: x }', '3:5', 'bd', 'db'],
    ['in a sign-in', 'sign-in: { request: { post: "http://webb/login" }, cookie: a }', '2:23', 'webb', 'web'],
  ])('%s', async (_, yaml, place, wrong, right) => {
    const config = await load(base + yaml)
    expect(() => makePlan(config, composeReleases, [])).toThrow(
      expect.objectContaining({
        code: 'CONFIG',
        message: `c.yml:${place}: 1.0 has no service "${wrong}"; did you mean "${right}"?`,
      }),
    )
  })

  test('in the address of the stack', async () => {
    const config = await load('stack: { compose: a.yml, address: "http://wbe:80" }')
    expect(() => makePlan(config, composeReleases, [])).toThrow(
      'c.yml:1:26: 1.0 has no service "wbe"; did you mean "web"?',
    )
  })

  test('in only one release', async () => {
    const config = await load(`${base}smoke:\n  - exec: { service: worker, run: x }\n`)
    const later = composeReleases.map((release, index) =>
      index === 0
        ? release
        : { ...release, images: [...release.images, { service: 'worker', reference: 'w:1', pinned: false }] },
    )
    expect(() => makePlan(config, later, [])).toThrow('c.yml:3:5: 1.0 has no service "worker"; known here: db, web')
  })
})
