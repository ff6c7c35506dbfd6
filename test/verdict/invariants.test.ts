import { describe, expect, test } from 'vitest'
import type { Kept } from '../../src/invariants/kept.ts'
import { makePlan } from '../../src/plan/planner.ts'
import { suitesOf } from '../../src/reports/junit-suites.ts'
import { summary } from '../../src/reports/summary.ts'
import { load } from '../config/folder.ts'
import { lived, verdictOf, type World } from './ways.ts'

const config = (rule: string) => `name: example
stack: { compose: a.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: V } }
path: { to: "2.0.0" }
smoke: [ { http: { get: /notes } } ]
data:
  - http: { name: the notes, get: /notes, json: $.total, rule: ${rule} }
rollback: none
`
const releases = ['1.0.0', '2.0.0'].map((version) => ({
  version,
  images: [
    { service: 'web', reference: `example/app:${version}`, pinned: true },
    { service: 'db', reference: 'example/db:17', pinned: false },
  ],
}))
const number = (number: number): Kept => ({ is: 'number', number })
const list = (...elements: string[]): Kept => ({ is: 'elements', elements })
const gone: Kept = { is: 'none', expected: 'status 2xx', actual: 'status 500' }
const unknown: Kept = { is: 'unknown', why: 'its value is no number, but a text of 3 characters' }

type Values = Readonly<Partial<Record<'baseline' | 'target' | 'confirm' | 'control', Kept>>>

async function judged(rule: string, { baseline = number(10), target = baseline, ...again }: Values) {
  const plan = makePlan(await load(config(rule)), releases, [])
  const values: Values = { baseline, target, confirm: target, control: baseline, ...again }
  const world: World = { values: (side) => values[side] }
  const entries = lived(plan, world).map((entry) =>
    // The other database is no store here.
    entry.type === 'image' && entry.image.reference === 'postgres:17'
      ? { ...entry, image: { ...entry.image, reference: 'example/db:17' } }
      : entry,
  )
  const verdict = verdictOf(plan, entries)
  return {
    plan,
    entries,
    verdict,
    said: `${verdict.verdict} ${verdict.reasons.map(({ code }) => code).join(' ')}`.trim(),
  }
}

test.each<[string, Kept, Kept]>([
  ['unchanged', number(10), number(10)],
  ['superset', list('1', '2'), list('2', '3', '1')],
  ['grows', number(10), number(11)],
  ['at-least', number(10), number(10)],
])('%s: a rule that holds is no reason', async (rule, baseline, target) => {
  const control = rule === 'grows' ? {} : { control: baseline }
  expect((await judged(rule, { baseline, target, ...control })).said).toBe('compatible')
})

describe('a rule that is broken', () => {
  test.each<[string, string, Values, string]>([
    ['twice, and not without the upgrade', 'unchanged', { target: number(9) }, 'incompatible INVARIANT_BROKEN'],
    [
      'by what is missing',
      'superset',
      { baseline: list('1', '2'), target: list('1') },
      'incompatible INVARIANT_BROKEN',
    ],
    ['by what did not grow, as without the upgrade', 'grows', {}, 'incompatible INVARIANT_BROKEN'],
    [
      'by what shrinks without the upgrade too',
      'grows',
      { target: number(9), control: number(9) },
      'inconclusive BASELINE_RED',
    ],
    ['because the check itself fails', 'at-least', { target: gone }, 'incompatible INVARIANT_BROKEN'],
    ['once only', 'unchanged', { target: number(9), confirm: number(10) }, 'compatible-with-warnings FLAKY_TARGET'],
    ['without the upgrade too', 'unchanged', { target: number(9), control: number(9) }, 'inconclusive BASELINE_RED'],
  ])('%s', async (_, rule, values, expected) => {
    expect((await judged(rule, values)).said).toBe(expected)
  })

  test('says which rule, what was there before and what is there now', async () => {
    const { verdict } = await judged('at-least', { target: number(9) })
    expect(verdict.reasons[0]).toMatchObject({
      message: 'the notes: its rule "at-least" is broken: 10 before, 9 after.',
      where: 'target · the notes',
    })
    expect(verdict.data.invariants).toEqual([
      {
        title: 'the notes',
        rule: 'at-least',
        outcome: 'broken',
        found: '10 before, 9 after',
        before: '10',
        after: '9',
      },
    ])
  })

  test('is a row of the summary and a failure of the JUnit report', async () => {
    const { plan, verdict, entries } = await judged('at-least', { target: number(9) })
    const { content } = summary({ plan, verdict, entries })
    expect(content).toContain('| <code>the notes</code> | at-least | broken | 10 before, 9 after |')
    const cases = suitesOf({ plan, verdict, entries }).find(({ name }) => name === 'target')?.cases ?? []
    expect(cases[0]).toMatchObject({
      classname: 'target.invariant',
      name: 'the notes (at-least)',
      outcome: 'failed',
      type: 'INVARIANT_BROKEN',
    })
  })
})

describe('what can not be compared is no pass:', () => {
  test.each<[string, string, Values, string]>([
    ['no value on the baseline', 'unchanged', { baseline: gone }, 'inconclusive BASELINE_RED'],
    ['no number on the baseline', 'at-least', { baseline: unknown }, 'inconclusive DATA_UNREAD'],
    ['no number after the upgrade', 'at-least', { target: unknown }, 'inconclusive DATA_UNREAD'],
    ['nothing on the baseline that could be lost', 'superset', { baseline: list() }, 'inconclusive NO_ASSERTIONS'],
  ])('%s', async (_, rule, values, expected) => {
    expect((await judged(rule, values)).said).toBe(expected)
  })

  test.each(['baseline', 'upgraded'])('no account of the value, %s', async (moment) => {
    const { plan, entries } = await judged('unchanged', {})
    const lost = entries.filter((entry) => entry.type !== 'value' || entry.moment !== moment)
    const { verdict, reasons, coverage } = verdictOf(plan, lost)
    expect([verdict, reasons[0]?.code]).toEqual(['inconclusive', 'EVIDENCE_LOST'])
    expect(coverage.unchecked).toContainEqual({
      what: 'the notes by the rule "unchanged"',
      why: 'it was not compared',
    })
  })
})
