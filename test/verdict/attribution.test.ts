import { describe, expect, test } from 'vitest'
import type { Problem } from '../../src/errors.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { Observation } from '../../src/run/journal.ts'
import { container } from './rehearsal.ts'
import { lived, planWith, verdictOf } from './ways.ts'

const crashed: Problem = { code: 'CRASHED', message: 'web exited with code 1', where: 'web' }
const ill: Problem = { code: 'UNHEALTHY', message: 'the engine calls web unhealthy', where: 'web' }
const late: Problem = { code: 'TIMEOUT', message: 'the target is not ready', where: 'web' }
const full: Problem = { code: 'NO_SPACE', message: 'the disk is full' }
const hung: Problem = { code: 'CRASHED', message: 'db exited with code 3', where: 'db' }

// The last ones of the upgrade.
const [ready, start] = ['hop1.4.ready', 'hop1.3.start']
const reads = 'target.2.check'
const red: Observation = { outcome: 'failed', expected: '200', actual: 'status 500' }

function idOf({ stages }: Plan, what: string): string {
  const own = stages.filter(({ secondStart }) => !secondStart)
  return own.flatMap(({ steps }) => steps).findLast((step) => step.do === what)?.id ?? ''
}

/** The verdict and its first reason; `again` is what goes wrong in the second tries. */
async function judged(first: Problem, again?: Readonly<Record<string, Problem>>): Promise<string> {
  const plan = await planWith('restore: {}')
  const fails = { [ready]: first }
  const { verdict, reasons } = verdictOf(plan, lived(plan, again ? { fails, again } : { fails }))
  return `${verdict} ${reasons[0]?.code}`
}

describe('a failure of the target', () => {
  test.each<[string, Problem, Record<string, Problem> | undefined, string]>([
    ['that happens again, and not without the upgrade', crashed, undefined, 'incompatible TARGET_CRASHED'],
    ['that happens only once', crashed, {}, 'compatible-with-warnings FLAKY_TARGET'],
    [
      'that happens in another way the second time',
      crashed,
      { [`confirm.${ready}`]: ill },
      'inconclusive NONDETERMINISTIC',
    ],
    [
      'that happens without the upgrade too',
      crashed,
      { [`confirm.${ready}`]: crashed, [`control.${ready}`]: crashed },
      'inconclusive BASELINE_RED',
    ],
    [
      'where the control breaks before it',
      crashed,
      { [`confirm.${ready}`]: crashed, [`control.${start}`]: hung },
      'inconclusive BASELINE_RED',
    ],
    ['where the disk is full the second time', crashed, { [`confirm.${start}`]: full }, 'inconclusive UNCONFIRMED'],
    [
      'where the disk is full in the control',
      crashed,
      { [`confirm.${ready}`]: crashed, [`control.${start}`]: full },
      'inconclusive UNCONFIRMED',
    ],
    ['that is never ready, while the source is', late, undefined, 'incompatible NOT_READY'],
    [
      'that is never ready, as the source is not',
      late,
      { [`confirm.${ready}`]: late, [`control.${ready}`]: late },
      'inconclusive TIMEOUT',
    ],
  ])('%s', async (_, first, again, expected) => {
    expect(await judged(first, again)).toBe(expected)
  })

  test('of a stack that is left up is not called the upgrade’s', async () => {
    const plan = await planWith('restore: {}')
    const kept: Plan = { ...plan, doubts: [], back: [], ways: [], once: true }
    const { verdict, reasons } = verdictOf(kept, lived(kept, { fails: { [ready]: crashed } }))
    expect([verdict, reasons[0]?.code]).toEqual(['inconclusive', 'UNCONFIRMED'])
    expect(reasons[0]?.message).toContain('TARGET_CRASHED: web exited with code 1')
  })

  test('is no pass, whatever of the second tries is lost', async () => {
    const plan = await planWith('restore: {}')
    expect([idOf(plan, 'ready'), idOf(plan, 'start')]).toEqual([ready, start])
    const entries = lived(plan, { fails: { [ready]: crashed } })
    const tried = (entry: (typeof entries)[number]) => 'step' in entry && /^(confirm|control)\./.test(entry.step)
    for (const lost of entries.filter(tried)) {
      const { verdict } = verdictOf(
        plan,
        entries.filter((entry) => entry !== lost),
      )
      expect(['incompatible', 'inconclusive']).toContain(verdict)
    }
  })

  test.each<[string, Record<string, Observation>, string]>([
    ['passes', {}, 'incompatible'],
    ['fails in the same way', { [`control.${reads}`]: red }, 'inconclusive'],
  ])('of a check that %s in the control is inconclusive once that is lost', async (_, control, known) => {
    const plan = await planWith('restore: {}')
    expect(plan.stages.flatMap(({ steps }) => steps).find(({ id }) => id === reads)).toMatchObject({ do: 'check' })
    const entries = lived(plan, { sees: { [reads]: red, [`confirm.${reads}`]: red, ...control } })
    expect(verdictOf(plan, entries).verdict).toBe(known)
    const left = entries.filter((entry) => entry.type !== 'check' || entry.step !== `control.${reads}`)
    expect(verdictOf(plan, left).verdict).toBe('inconclusive')
  })

  test('is not called the upgrade’s where nobody knows how the containers of the second try ended', async () => {
    const plan = await planWith('restore: {}')
    const starved = [container('web', { outOfMemory: true }), container('db')]
    const entries = lived(plan, { fails: { [ready]: crashed }, ends: { confirm: starved } })
    const left = entries.filter((entry) => entry.type !== 'containers' || entry.phase !== 'confirm')
    expect(left.length).toBeLessThan(entries.length)
    const { verdict, reasons } = verdictOf(plan, left)
    expect([verdict, reasons[0]?.code]).toEqual(['inconclusive', 'UNCONFIRMED'])
  })
})
