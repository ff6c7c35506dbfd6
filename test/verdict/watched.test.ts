import { expect, test } from 'vitest'
import type { Plan } from '../../src/plan/plan.ts'
import { lived, planWith, verdictOf, type World } from './ways.ts'

const up = 'that the target stays up for 10 s once it is ready'
const whether = 'whether the target stays up once it is ready'
const crashed = { code: 'CRASHED', message: 'web exited with code 1', where: 'web' } as const

function ledger(plan: Plan, world: World = {}) {
  const { checked, unchecked } = verdictOf(plan, lived(plan, world)).coverage
  return {
    told: checked.filter((one) => one.startsWith('that the target')),
    untold: unchecked.find((one) => one.what === whether)?.why,
  }
}

/** The same plan without its look on; `steadyMs` is what the configuration says. */
async function unwatched(steadyMs: number): Promise<Plan> {
  const plan = await planWith('image: {}')
  const stages = plan.stages.map((stage) => ({ ...stage, steps: stage.steps.filter((step) => step.do !== 'watch') }))
  return { ...plan, stages, coverage: { ...plan.coverage, steadyMs } }
}

test('a target that was watched stands in the ledger, with how long', async () => {
  expect(ledger(await planWith('image: {}'))).toEqual({ told: [up], untold: undefined })
})

test('so does one that had to stay ready before it counted as ready', async () => {
  expect(ledger(await unwatched(30_000))).toEqual({ told: [up.replace('10 s', '30 s')], untold: undefined })
})

test.each<[string, () => Promise<Plan>, World, string]>([
  ['where the configuration leaves it out', () => unwatched(0), {}, 'the plan leaves it out'],
  [
    'where the target came down before',
    () => planWith('image: {}'),
    { fails: { 'hop1.4.ready': crashed } },
    'the target did not get that far',
  ],
  [
    'where a check was red before',
    () => planWith('image: {}'),
    { sees: { 'target.2.check': { outcome: 'failed', actual: 'status 500' } } },
    'the target did not get that far',
  ],
])('%s, it is told as what nobody looked at', async (_, planOf, world, why) => {
  expect(ledger(await planOf(), world)).toEqual({ told: [], untold: why })
})
