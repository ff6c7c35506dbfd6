import { describe, expect, test } from 'vitest'
import type { Plan } from '../../src/plan/plan.ts'
import { makePlan } from '../../src/plan/planner.ts'
import { load } from '../config/folder.ts'

async function planOf(more: string, changes: { readonly kept?: true } = {}): Promise<Plan> {
  const config = await load(`
name: notes
stack: { compose: a.yml, address: "http://web:8000" }
path: { to: "2.0" }
pin: { env: { file: .env, key: V } }
fixtures: [ { postgres: { service: db, dump: prod.dump } } ]
${more.includes('smoke:') ? '' : 'smoke: [ { http: { get: /notes } } ]'}
${more}`)
  const releases = ['1.0', '2.0'].map((version) => ({
    version,
    images: [
      { service: 'web', reference: `example/app:${version}`, pinned: true },
      { service: 'db', reference: 'postgres:17', pinned: false },
    ],
  }))
  return makePlan({ ...config, ...changes }, releases, [])
}
const kindsOf = (steps: Plan['stages'][number]['steps']) => steps.map((step) => step.do)

describe('a second start', () => {
  test('is the last stage of the upgrade, and compares with what is printed right before it', async () => {
    const { stages } = await planOf('')
    const [target, second] = stages.slice(-2)
    expect(second).toMatchObject({ phase: 'target', key: 'second-start', secondStart: true })
    expect(kindsOf(second?.steps ?? [])).toEqual(['stop', 'start', 'ready', 'fingerprint'])
    expect(target?.steps.at(-1)).toMatchObject({ do: 'fingerprint', moment: 'written' })
  })

  test.each<[string, string, { readonly kept?: true }]>([
    ['the configuration leaves it out', 'ready: { twice: false }', {}],
    ['the stack is left up', 'rollback: none', { kept: true }],
    ['nothing is asked of the target', 'smoke: []', {}],
  ])('is none where %s, and nothing is printed for it', async (_, more, changes) => {
    const plan = await planOf(more, changes)
    const all = [...plan.stages, ...plan.doubts, ...plan.back]
    expect(all.some(({ secondStart }) => secondStart)).toBe(false)
    expect(
      all.flatMap(({ steps }) => steps).some((step) => step.do === 'fingerprint' && step.moment === 'written'),
    ).toBe(false)
  })

  test('repeats a start and nothing of the procedure', async () => {
    const plan = await planOf(
      'upgrade: { strategy: migrate, migrate: { service: web, run: [app, migrate] }, quiesce: [web] }',
    )
    const again = plan.stages.filter(({ secondStart }) => secondStart).flatMap(({ steps }) => kindsOf(steps))
    expect(again).not.toContain('command')
  })

  test('is made in both second tries, with the same ids behind their names', async () => {
    const plan = await planOf('')
    const own = plan.stages.at(-1)?.steps.map(({ id }) => id) ?? []
    for (const phase of ['confirm', 'control'] as const) {
      const stages = plan.doubts.filter((stage) => stage.phase === phase)
      expect(stages.map(({ key, secondStart }) => [key, secondStart])).toEqual([
        [phase, undefined],
        [`${phase}.second-start`, true],
      ])
      expect(stages[1]?.steps.map(({ id }) => id)).toEqual(own.map((id) => `${phase}.${id}`))
    }
  })

  test('gives every step an id of its own', async () => {
    const plan = await planOf('')
    const ids = [...plan.stages, ...plan.doubts, ...plan.back].flatMap(({ steps }) => steps.map(({ id }) => id))
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('comes before the state is kept that ways back start from', async () => {
    const { back } = await planOf('')
    expect(back[0]).toMatchObject({ key: 'upgraded', after: 'target' })
  })
})
