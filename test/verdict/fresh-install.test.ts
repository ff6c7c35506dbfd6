import { expect, test } from 'vitest'
import type { Plan } from '../../src/plan/plan.ts'
import { makePlan } from '../../src/plan/planner.ts'
import { suitesOf } from '../../src/reports/junit-suites.ts'
import { planTree } from '../../src/reports/plan-tree.ts'
import { summary } from '../../src/reports/summary.ts'
import type { Happening } from '../../src/run/journal.ts'
import { load, refusal } from '../config/folder.ts'
import { lived, verdictOf } from './ways.ts'

const releases = ['1.0.0', '2.0.0'].map((version) => ({
  version,
  images: [
    { service: 'web', reference: `example/app:${version}`, pinned: true },
    { service: 'db', reference: 'postgres:17', pinned: false },
  ],
}))
const base = `name: example
stack: { compose: a.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: V } }
path: { to: "2.0.0" }
smoke: [ { http: { get: /notes } } ]
rollback: none
`
const wanted = 'fixtures: [ { postgres: { service: db, dump: prod.dump } } ]\nfresh-install: true\n'
const migrate = `upgrade:
  strategy: migrate
  quiesce: web
  migrate: { service: web, run: [app, migrate], forbid: ERROR }
`

const planOf = async (more: string) => makePlan(await load(base + more), releases, [])
const at = '2026-01-02T03:04:05.678Z'

/** What a rehearsal writes whose fresh install goes as told. */
function judged(plan: Plan, seen: readonly Happening[], problem?: string) {
  const [stage] = plan.fresh
  const steps = stage?.steps ?? []
  const happened = steps.flatMap((step, index): Happening[] => {
    if (problem !== undefined && index > 2) return []
    const failure = { code: 'CRASHED', message: problem ?? '', where: 'web' } as const
    const end = problem !== undefined && index === 2 ? { outcome: 'failed', problem: failure } : { outcome: 'done' }
    return [
      { type: 'step-started', step: step.id },
      ...(step.do === 'compare-schema' ? seen : []),
      { type: 'step-finished', step: step.id, ms: 1, ...end } as Happening,
    ]
  })
  const entries = [...lived(plan), ...happened.map((one) => ({ ...one, at }))]
  return { plan, entries, verdict: verdictOf(plan, entries) }
}

const schema = (what: Partial<Extract<Happening, { type: 'schema' }>>): Happening => {
  return { type: 'schema', step: 'fresh.6.compare-schema', store: 'db', ...what }
}

test('the target starts on empty stores, after everything else', async () => {
  const { fresh, stages, back } = await planOf(wanted)
  expect(fresh.map(({ title, steps }) => [title, steps.map(({ id }) => id)])).toEqual([
    [
      'a fresh install of 2.0.0, for its schema',
      ['fresh.1.fresh', 'fresh.2.create', 'fresh.3.start', 'fresh.4.ready', 'fresh.5.prove', 'fresh.6.compare-schema'],
    ],
  ])
  expect([...stages, ...back].flatMap(({ steps }) => steps).map(({ do: what }) => what)).not.toContain('fresh')
  const tree = planTree(await planOf(wanted))
  expect(tree.slice(tree.indexOf('a fresh install'))).toMatch(/compare the schema of db\n$/)
})

test('a migration that is a step of its own is one of a fresh install too, with its database running', async () => {
  const [stage] = (await planOf(wanted + migrate)).fresh
  expect(stage?.steps.map(({ title }) => title)).toEqual([
    'new, empty volumes',
    'create 2.0.0',
    'start only db',
    'migrate once: app migrate in web',
    'start 2.0.0 on empty stores',
    'all services ready',
    'the running images are the release',
    'compare the schema of db',
  ])
  expect(stage?.steps[3]).toMatchObject({ do: 'command', dependencies: true, forbid: 'ERROR' })
  expect(stage?.steps[3]).not.toHaveProperty('quiesced')
})

test('nobody gets one who does not ask for it', async () => {
  expect((await planOf(wanted.replace('fresh-install: true', 'fresh-install: false'))).fresh).toEqual([])
})

test('where no store has a schema, that is a fault of the configuration', async () => {
  const config = await load(`${base}fresh-install: true\ndata: [ { redis: { service: db } } ]\n`)
  expect(() => makePlan(config, releases, [])).toThrow(
    'c.yml:7:1: no store here has a schema to compare; name a database under "data"',
  )
  expect(await refusal(`${base}fresh-install: yes please\n`)).toContain('7:1: write true or false')
})

test('a schema that is the same is no reason, and is told', async () => {
  const { verdict } = judged(await planOf(wanted), [schema({ parts: 12, drift: [] })])
  expect([verdict.verdict, verdict.reasons]).toEqual(['compatible', []])
  expect(verdict.coverage.checked).toContain('the schema of db beside a fresh install: 12 parts')
})

test('a schema that differs is a warning that names what does', async () => {
  const drift = [
    { what: 'index notes_title_idx', fresh: 'CREATE INDEX …' },
    { what: 'column notes.body', upgraded: 'text', fresh: 'text not null' },
    ...Array.from({ length: 5 }, (_, index) => ({ what: `view v${index}`, upgraded: 'SELECT 1' })),
  ]
  const { plan, entries, verdict } = judged(await planOf(wanted), [schema({ parts: 12, drift })])
  expect(verdict.verdict).toBe('compatible-with-warnings')
  expect(verdict.reasons).toMatchObject([
    {
      code: 'SCHEMA_DRIFT',
      where: 'fresh · db',
      message:
        'db: the schema after the upgrade is not that of a fresh install: index notes_title_idx is only in the fresh one; column notes.body is "text" in the upgraded one and "text not null" in the fresh one; view v0 is only in the upgraded one; view v1 is only in the upgraded one; view v2 is only in the upgraded one; and 2 more in verdict.json.',
    },
  ])
  expect(verdict.data.fresh).toEqual([{ store: 'db', parts: 12, drift }])
  const suite = suitesOf({ plan, entries, verdict }).find(({ name }) => name === 'fresh install')
  expect(suite?.cases.at(-1)).toMatchObject({ name: 'the schema of db', outcome: 'skipped' })
  expect(suite?.cases.at(-1)?.message).toContain('view v4 is only in the upgraded one')
  expect(summary({ plan, entries, verdict }).content).toContain(
    '| db | <code>column notes.body</code> | text | text not null |',
  )
})

test.each<[string, Happening[], string | undefined]>([
  ['does not come up', [], 'web exited with code 1'],
  ['can not be read', [schema({ why: 'what db holds can’t be read: it is not running' })], undefined],
])('a fresh install that %s is a warning, and never the end of an upgrade', async (_, seen, problem) => {
  const { verdict } = judged(await planOf(wanted), seen, problem)
  expect(verdict.verdict).toBe('compatible-with-warnings')
  expect(verdict.reasons[0]?.code).toBe('SCHEMA_UNCOMPARED')
  expect(verdict.coverage.unchecked.map(({ what }) => what)).toContain('the schema of a fresh install')
})

test('where the upgraded stack is left up there is none, and that is told', async () => {
  const plan = makePlan({ ...(await load(base + wanted)), kept: true }, releases, [])
  expect(plan.fresh).toEqual([])
  expect(verdictOf(plan, lived(plan)).coverage.unchecked).toContainEqual({
    what: 'the schema of a fresh install',
    why: 'the upgraded stack was to be left up',
  })
})

test('one that was not begun is told', async () => {
  const plan = await planOf(wanted)
  const { verdict, coverage } = verdictOf(plan, lived(plan))
  expect(verdict).toBe('compatible')
  expect(coverage.unchecked).toContainEqual({
    what: 'the schema of a fresh install',
    why: 'the rehearsal did not get that far',
  })
})
