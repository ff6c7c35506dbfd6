import { describe, expect, test } from 'vitest'
import type { DataChange } from '../../src/data/change.ts'
import type { Problem } from '../../src/errors.ts'
import { container } from './rehearsal.ts'
import { lived, planWith, seenBy, unchanged, verdictOf, type World } from './ways.ts'

const crashed: Problem = { code: 'CRASHED', message: 'web exited with code 1', where: 'web' }
const late: Problem = { code: 'TIMEOUT', message: 'not ready in time', where: 'web' }
const full: Problem = { code: 'NO_SPACE', message: 'the disk is full' }
const [start, ready, print] = ['second-start.2.start', 'second-start.3.ready', 'second-start.4.fingerprint']

async function judged(world: World) {
  const plan = await planWith('restore: {}')
  const { verdict, reasons } = verdictOf(plan, lived(plan, world))
  return { seen: `${verdict} ${reasons.map(({ code }) => code).join(' ')}`.trim(), reasons, plan }
}

describe('a target that does not come up a second time', () => {
  test.each<[string, Problem, Record<string, Problem> | undefined, string]>([
    ['crashes, and so it does again', crashed, undefined, 'incompatible TARGET_CRASHED'],
    ['crashes only once', crashed, {}, 'compatible-with-warnings FLAKY_TARGET'],
    [
      'crashes, as the source does',
      crashed,
      { [`confirm.${ready}`]: crashed, [`control.${ready}`]: crashed },
      'inconclusive BASELINE_RED',
    ],
    [
      'crashes, and the source does not even start once',
      crashed,
      { [`confirm.${ready}`]: crashed, 'control.hop1.4.ready': crashed },
      'inconclusive BASELINE_RED',
    ],
    [
      'crashes, and the second start of the source could not be tried',
      crashed,
      { [`confirm.${ready}`]: crashed, [`control.${start}`]: full },
      'inconclusive UNCONFIRMED',
    ],
    [
      'crashes, and the second try ends before its second start',
      crashed,
      { [`confirm.${start}`]: full },
      'inconclusive UNCONFIRMED',
    ],
    [
      'crashes, and the second try fails already at its first start',
      crashed,
      { 'confirm.hop1.4.ready': crashed },
      'inconclusive NONDETERMINISTIC',
    ],
    ['is never ready, and the source is', late, undefined, 'incompatible NOT_READY'],
    [
      'is never ready, as the source is not',
      late,
      { [`confirm.${ready}`]: late, [`control.${ready}`]: late },
      'inconclusive TIMEOUT',
    ],
  ])('%s', async (_, problem, again, expected) => {
    const { seen, reasons } = await judged({ fails: { [ready]: problem }, ...(again ? { again } : {}) })
    expect(seen).toBe(expected)
    expect(reasons[0]?.message).toContain('econd start')
    expect(reasons[0]?.where).toContain('second start')
  })

  test('fails the upgrade: what is documented of a way back is said of one that went through', async () => {
    const plan = await planWith('image: { expect: fails }')
    const got = seenBy(plan, lived(plan, { fails: { [ready]: crashed } }))
    expect(got).toMatchObject({ image: 'works', verdict: 'incompatible TARGET_CRASHED' })
    expect(got.said).toContain('After the failed upgrade')
  })
})

test('a second start that goes well is no reason, and is told to have been made', async () => {
  const plan = await planWith('restore: {}')
  const { verdict, coverage } = verdictOf(plan, lived(plan))
  expect(verdict).toBe('compatible')
  expect(coverage.checked).toContain('a second start of the target')
})

test('a target that is red is not started a second time, and that is no reason of its own', async () => {
  const check = 'target.3.check'
  const world: World = { sees: { [check]: { outcome: 'failed' }, [`confirm.${check}`]: { outcome: 'failed' } } }
  const { seen, plan } = await judged(world)
  expect(seen).toBe('incompatible SMOKE_REGRESSION')
  expect(lived(plan, world).some((entry) => 'step' in entry && /^(confirm\.)?second-start/.test(entry.step))).toBe(
    false,
  )
})

describe('how the containers are after a second start', () => {
  const ends = (...names: string[]) =>
    Object.fromEntries(names.map((name) => [name, [container('web', { restarts: 1 }), container('db')]]))

  test('one that restarted by itself fails it, where it does so again', async () => {
    const { seen, reasons } = await judged({ ends: ends('second-start', 'confirm.second-start') })
    expect(seen).toBe('incompatible TARGET_CRASHED')
    expect(reasons[0]?.message).toBe(
      'web restarted once after the second start of the target was ready, on the baseline never.',
    )
  })

  test('one that restarted before it, and runs, fails it as well', async () => {
    expect((await judged({ ends: ends('target', 'confirm') })).seen).toBe('incompatible TARGET_CRASHED')
  })

  test('one that restarts as often on the baseline is worth a word', async () => {
    const { seen } = await judged({ ends: ends('baseline', 'target') })
    expect(seen).toBe('compatible-with-warnings RESTARTED')
  })

  test('is asked for: without it nothing is proven', async () => {
    const plan = await planWith('restore: {}')
    const entries = lived(plan).filter((entry) => entry.type !== 'containers' || entry.stage !== 'second-start')
    expect(verdictOf(plan, entries).reasons.map(({ code }) => code)).toEqual(['EVIDENCE_LOST'])
  })
})

describe('what a second start makes of the data', () => {
  const change = (kind: DataChange['kind'], rows = 3, more: Partial<DataChange> = {}): DataChange => {
    return { table: 'public.notes', kind, rows, of: 10, ...more }
  }
  const changed = (...changes: DataChange[]) => ({ compared: { ...unchanged, changes } })

  test.each<[string, DataChange, string]>([
    ['rows are lost', change('rows-lost'), 'incompatible DATA_LOST'],
    ['a table is gone', change('table-dropped'), 'incompatible DATA_LOST'],
    ['values are gone', change('nulled', 3, { column: 'title' }), 'incompatible DATA_LOST'],
    ['values are cut off', change('truncated', 3, { column: 'title' }), 'incompatible DATA_LOST'],
    ['a counter falls behind', change('sequence-behind'), 'incompatible SEQUENCE_BEHIND'],
    ['rows are there twice', change('duplicated', 10), 'compatible-with-warnings RESTART_CHANGES'],
    ['rows are added', change('grown'), 'compatible-with-warnings RESTART_CHANGES'],
    ['values are others', change('values-changed', 3, { column: 'title' }), 'compatible-with-warnings RESTART_CHANGES'],
    ['a table is new', change('table-added'), 'compatible-with-warnings RESTART_CHANGES'],
    [
      'a migration is done again',
      change('grown', 1, { table: 'django_migrations' }),
      'compatible-with-warnings RESTART_MIGRATES',
    ],
    [
      'a version moves on',
      change('values-changed', 1, { table: 'schema_version', column: 'version' }),
      'compatible-with-warnings RESTART_MIGRATES',
    ],
    ['a lock was held', change('values-changed', 1, { table: 'databasechangeloglock' }), 'compatible'],
  ])('%s', async (_, one, expected) => {
    const restarted = { target: changed(one), confirm: changed(one) }
    const { seen, reasons } = await judged({ restarted })
    expect(seen).toBe(expected)
    if (reasons.length > 0) expect(reasons[0]?.message).toContain('second start')
    // What a second start of the source does as well is no news.
    expect((await judged({ restarted: { ...restarted, control: changed(one) } })).seen).toBe('compatible')
  })

  test('rows that the checks have written may get their last values after it, and no others', async () => {
    // Three rows were written.
    const told = async (rows: number) => {
      const one = changed(change('values-changed', rows, { table: 'notes', column: 'sent' }))
      return (await judged({ restarted: { target: one } })).seen
    }
    expect(await told(3)).toBe('compatible')
    expect(await told(4)).toBe('compatible-with-warnings RESTART_CHANGES')
  })

  test('a loss that does not repeat itself is flaky', async () => {
    const { seen } = await judged({ restarted: { target: changed(change('rows-lost')) } })
    expect(seen).toBe('compatible-with-warnings FLAKY_TARGET')
  })

  test('more is lost than the source loses: the rest is the upgrade’s', async () => {
    const loses = (rows: number) => changed(change('rows-lost', rows))
    const { seen, reasons } = await judged({ restarted: { target: loses(5), confirm: loses(5), control: loses(2) } })
    expect(seen).toBe('incompatible DATA_LOST')
    expect(reasons[0]?.message).toContain('has lost 3 of 10 rows')
  })

  test('rows of large tables that are others are told by their table', async () => {
    const { seen, reasons } = await judged({ restarted: { target: { differing: ['public.notes'] } } })
    expect(seen).toBe('compatible-with-warnings RESTART_CHANGES')
    expect(reasons[0]?.message).toContain('rows of public.notes are others')
  })

  test('so is a schema that is another', async () => {
    const schema = { added: ['index a on notes'], removed: [], changed: [] }
    const { seen, reasons } = await judged({ restarted: { target: { compared: { ...unchanged, schema } } } })
    expect(seen).toBe('compatible-with-warnings RESTART_CHANGES')
    expect(reasons[0]?.message).toContain('index a on notes is new')
  })

  test('whatever of it is lost, it is no pass', async () => {
    const plan = await planWith('restore: {}')
    const entries = lived(plan)
    for (const lost of entries.filter((entry) => 'step' in entry && entry.step.startsWith('second-start'))) {
      if (lost.type === 'step-started' || lost.type === 'count') continue
      const { verdict } = verdictOf(
        plan,
        entries.filter((entry) => entry !== lost),
      )
      expect(verdict, JSON.stringify(lost)).toBe('inconclusive')
    }
  })

  test('a store that can not be read any more is inconclusive', async () => {
    const plan = await planWith('restore: {}')
    const entries = lived(plan, { counts: (moment) => (moment === 'restarted' ? 'no psql' : { notes: 10 }) })
    const { verdict, reasons } = verdictOf(plan, entries)
    expect([verdict, reasons[0]?.code, reasons[0]?.step]).toEqual(['inconclusive', 'DATA_UNREAD', print])
  })
})
