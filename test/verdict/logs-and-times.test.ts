import { describe, expect, test } from 'vitest'
import type { Entry, Happening } from '../../src/run/journal.ts'
import { add, exchange, failAt, goodRun, makePlan } from './rehearsal.ts'
import { verdictOf } from './ways.ts'

const plan = makePlan()
const good = goodRun(plan)
const judged = (entries: readonly Entry[]) => {
  const { verdict, reasons, coverage } = verdictOf(plan, entries)
  return {
    seen: `${verdict} ${reasons.map(({ code }) => code).join(' ')}`.trim(),
    message: reasons[0]?.message ?? '',
    reasons,
    coverage,
  }
}

describe('errors in the logs', () => {
  const logged = (logs: string, service: string, kinds: readonly string[], more?: true): Happening => ({
    type: 'errors-logged',
    logs,
    services: [
      {
        service,
        kinds: kinds.map((kind) => ({ kind, example: `12:34 ERROR ${kind}`, count: 2 })),
        ...(more ? { more } : {}),
      },
    ],
  })
  const told = (...happened: Happening[]) => judged(add(good, ...happened))

  test('that only the target logs are a warning, with an example', () => {
    const { seen, message, reasons } = told(logged('baseline', 'web', ['a']), logged('target', 'web', ['a', 'b']))
    expect(seen).toBe('compatible-with-warnings NEW_ERROR_LOGS')
    expect(message).toBe('web logs errors that it did not log before the upgrade: "12:34 ERROR b" (2 times).')
    expect(reasons[0]?.where).toBe('target · web')
  })

  test.each<[string, Happening[]]>([
    ['that the baseline logs too', [logged('baseline', 'web', ['a']), logged('target', 'web', ['a'])]],
    ['that the source logs in another start', [logged('checkpoint', 'web', ['a']), logged('target', 'web', ['a'])]],
    [
      'that the same procedure logs without an upgrade',
      [logged('target', 'web', ['a']), logged('control', 'web', ['a'])],
    ],
    ['of a way back', [logged('rollback-image', 'web', ['a'])]],
    ['of a second try', [logged('confirm', 'web', ['a'])]],
    [
      'of a service that logs more kinds than can be kept',
      [logged('baseline', 'web', ['a'], true), logged('target', 'web', ['b'])],
    ],
  ])('%s are no news', (_, happened) => expect(told(...happened).seen).toBe('compatible'))

  test('of another service are news of this one', () => {
    expect(told(logged('baseline', 'db', ['a']), logged('target', 'web', ['a'])).seen).toContain('NEW_ERROR_LOGS')
  })

  test('of both starts of the target are told once, and only a few', () => {
    const many = ['a', 'b', 'c', 'd', 'e']
    const { reasons, message } = told(logged('target', 'web', many), logged('second-start', 'web', many))
    expect(reasons).toHaveLength(1)
    expect(message).toContain('"12:34 ERROR a" (4 times)')
    expect(message).toMatch(/; and 2 more\.$/)
  })

  test('are told as not compared where there are too many', () => {
    const { coverage } = told(logged('baseline', 'web', ['a'], true))
    expect(coverage.unchecked.map(({ what }) => what)).toContain('new errors in the log of web')
  })

  test('of a target that fails are no reason of their own', () => {
    const crashed = { code: 'CRASHED', message: 'web exited with code 1', where: 'web' } as const
    const entries = failAt(good, 'target.ready', crashed)
    expect(judged(add(entries, logged('target', 'web', ['a']))).seen).toBe(judged(entries).seen)
  })
})

describe('times', () => {
  const took = (entries: readonly Entry[], phase: string, tookMs: number) =>
    entries.map((entry) =>
      entry.type === 'containers' && entry.phase === phase && entry.moment === 'ready' ? { ...entry, tookMs } : entry,
    )
  const started = (before: number, after: number) => judged(took(took(good, 'baseline', before), 'target', after))

  test.each([
    [1_000, 10_900, 'compatible'],
    [1_000, 11_100, 'compatible-with-warnings SLOWER'],
    [20_000, 59_000, 'compatible'],
    [20_000, 61_000, 'compatible-with-warnings SLOWER'],
    [60_000, 1_000, 'compatible'],
  ])('a start of %i ms and then one of %i ms: %s', (before, after, expected) => {
    expect(started(before, after).seen).toBe(expected)
  })

  test('of a first start that migrates do not count where there is a second one', () => {
    const slow = took(took(good, 'baseline', 1_000), 'target', 90_000)
    const second = (tookMs: number): Happening => ({
      type: 'containers',
      phase: 'target',
      stage: 'second-start',
      moment: 'ready',
      containers: [],
      tookMs,
    })
    expect(judged(add(slow, second(2_000))).seen).toBe('compatible')
    expect(judged(add(slow, second(20_000))).seen).toBe('compatible-with-warnings SLOWER')
  })

  const lasting = (entries: readonly Entry[], step: string, ms: number) =>
    entries.map((entry) => (entry.type === 'check' && entry.step === step ? { ...entry, ms } : entry))

  test.each([
    [100, 2_000, 'compatible'],
    [100, 2_200, 'compatible-with-warnings SLOWER'],
    [1_000, 4_900, 'compatible'],
    [1_000, 5_100, 'compatible-with-warnings SLOWER'],
  ])('a check of %i ms and then one of %i ms: %s', (before, after, expected) => {
    const { seen, message } = judged(lasting(lasting(good, 'baseline.check.1', before), 'target.check.1', after))
    expect(seen).toBe(expected)
    if (expected !== 'compatible') expect(message).toContain('http GET /health, ')
  })

  test('are no reason where nothing is known of before', () => {
    expect(judged(took(good, 'target', 90_000)).seen).toBe('compatible')
    const unknown = exchange(good, (entry) => entry.type === 'check' && entry.step === 'baseline.check.1')
    expect(judged(lasting(unknown, 'target.check.1', 9_000)).seen).not.toContain('SLOWER')
  })
})
