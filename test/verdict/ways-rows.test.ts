import { describe, expect, test } from 'vitest'
import type { Moment } from '../../src/plan/plan.ts'
import { lived, planWith, seenBy, stepOf, verdictOf, type World } from './ways.ts'

type Rows = Readonly<Record<string, number>>
/** Rows at each moment; on the ways back by their keys. */
type Counts = Partial<Record<Exclude<Moment, 'back'>, Rows>> & {
  readonly back?: Readonly<Record<string, Rows | string>>
}

const start = { baseline: { notes: 10, tags: 0 }, upgraded: { notes: 10, tags: 0 }, written: { notes: 13, tags: 1 } }

function counted({ back = {}, ...moments }: Counts): World {
  const given: Counts = { ...start, ...moments }
  return { counts: (moment, key) => (moment === 'back' ? (back[key] ?? start.baseline) : given[moment]) }
}

async function wayOf(rollback: string, counts: Counts, id = rollback.split(':')[0] as string) {
  const plan = await planWith(rollback)
  const verdict = verdictOf(plan, lived(plan, counted(counts)))
  const own = verdict.wayBack.ways.find(({ way }) => way === id)
  return { verdict, own }
}

const files = 'files: { move: { volume: a, from: b, to: c } }'
const undo = 'command: { steps: [ { run: { service: web, run: undo } } ] }'

describe('rows written since the upgrade', () => {
  test('are told by store and table', async () => {
    const { verdict } = await wayOf('restore: {}', {})
    expect(verdict.wayBack.written).toEqual({ db: { notes: 3, tags: 1 } })
  })

  test.each<[string, string, Counts, number | undefined]>([
    ['the state before loses all of them', 'restore: {}', {}, 4],
    ['so do files from before', files, {}, 4],
    ['the old image keeps them', 'image: {}', { back: { image: start.written } }, 0],
    ['or not, when it drops a table as it starts', 'image: {}', { back: { image: { notes: 13 } } }, 1],
    [
      'a command that undoes the upgrade is looked at, not believed',
      undo,
      { back: { command: { notes: 11, tags: 1 } } },
      2,
    ],
    ['and one that loses more than was written', undo, { back: { command: { notes: 0, tags: 0 } } }, 4],
    ['more rows than before make up for none', undo, { back: { command: { notes: 20, tags: 0 } } }, 1],
    ['a killed upgrade had no time to write any', 'interrupted: { service: web }', {}, undefined],
    ['nor had one that was made to fail', 'automatic: { break: { web: { command: [x] } } }', {}, undefined],
    ['what the migration itself adds is not written since', 'restore: {}', { upgraded: { notes: 12, tags: 1 } }, 1],
    ['what shrinks meanwhile is none', 'restore: {}', { written: { notes: 2, tags: 0 } }, 0],
  ])('%s', async (_, rollback, counts, lost) => {
    const id = rollback.startsWith('interrupted') ? 'interrupted.again' : undefined
    const { own } = await wayOf(rollback, counts, ...(id === undefined ? [] : [id]))
    expect(own?.outcome).toBe('works')
    expect(own?.lost).toBe(lost)
  })

  test('are unknown where nobody could count them, or not on the way back', async () => {
    const plan = await planWith(`image: {}\nrestore: {}`)
    const unread = verdictOf(
      plan,
      lived(plan, { counts: (moment) => (moment === 'upgraded' ? 'no psql' : { notes: 1 }) }),
    )
    expect(unread.wayBack.ways.map(({ lost }) => lost)).toEqual([undefined, undefined])
    expect(unread.wayBack).not.toHaveProperty('written')
    const { own } = await wayOf('image: {}', { back: { image: 'no psql' } })
    expect(own).toMatchObject({ outcome: 'works' })
    expect(own).not.toHaveProperty('lost')
  })

  test('are not told of a way that does not go back', async () => {
    const plan = await planWith('restore: {}')
    const crashed = { code: 'CRASHED', message: 'web exited with code 1' } as const
    const verdict = verdictOf(plan, lived(plan, { fails: { [stepOf(plan, 'restore', 'ready')]: crashed } }))
    expect(verdict.wayBack.ways[0]).not.toHaveProperty('lost')
  })
})

describe('the state of the baseline is found again', () => {
  const lost = 'db has 9 rows in notes, before the upgrade it had 10'
  test.each<[string, string, Counts, string]>([
    ['not with one row less in files from before', files, { back: { files: { notes: 9, tags: 0 } } }, lost],
    ['with an empty table less', files, { back: { files: { notes: 10 } } }, ''],
    [
      'not with a table less',
      files,
      { baseline: { notes: 10, tags: 2 }, back: { files: { notes: 10 } } },
      'db has no tags any more, before the upgrade it had 2 rows',
    ],
    [
      'not where a store is empty',
      'restore: {}',
      { back: { restore: {} } },
      'db is empty, before the upgrade it was not',
    ],
    ['with more rows than before', files, { back: { files: { notes: 11, tags: 2, more: 1 } } }, ''],
    [
      'by restore with rows that the old release removes when it starts',
      'restore: {}',
      { back: { restore: { notes: 9, tags: 0 } } },
      '',
    ],
    [
      'by others without what the old release removes when it starts',
      `restore: {}\n${files}`,
      { back: { restore: { notes: 9, tags: 0 }, files: { notes: 9, tags: 0 } } },
      '',
    ],
    [
      'by others not without more than that',
      `restore: {}\n${files}`,
      { back: { restore: { notes: 9, tags: 0 }, files: { notes: 8, tags: 0 } } },
      'db has 8 rows in notes, before the upgrade it had 10',
    ],
    [
      'the order of the ways does not matter for that',
      `${files}\nrestore: {}`,
      { back: { restore: { notes: 9, tags: 0 }, files: { notes: 9, tags: 0 } } },
      '',
    ],
    ['where there was nothing, nothing is missing', files, { baseline: {}, back: { files: {} } }, ''],
    ['the old image on the migrated data is asked by its checks only', 'image: {}', { back: { image: {} } }, ''],
  ])('%s', async (_, rollback, counts, why) => {
    const id = rollback.includes('files') ? 'files' : undefined
    const { own } = await wayOf(rollback, counts, ...(id === undefined ? [] : [id]))
    expect(own).toMatchObject({ outcome: why === '' ? 'works' : 'fails', why })
  })

  test('where it could be counted before and can not be now, nothing is known', async () => {
    const plan = await planWith(files)
    const got = seenBy(plan, lived(plan, counted({ back: { files: "what db holds can't be counted: no such file" } })))
    expect(got).toMatchObject({ files: 'not-run', verdict: 'inconclusive DATA_UNREAD' })
    expect(got.reason).toBe(
      "The old image on the files that the upgrade kept was not tried: what db holds can't be counted: no such file.",
    )
  })

  test('where it could not be counted before either, the checks alone say', async () => {
    const plan = await planWith(files)
    const world = { counts: () => 'no psql' }
    expect(seenBy(plan, lived(plan, world))).toMatchObject({
      files: 'works',
      verdict: 'compatible-with-warnings DATA_UNREAD',
    })
  })

  test('where the journal has no word of it, nothing is known', async () => {
    const plan = await planWith(files)
    for (const moment of ['baseline', 'back']) {
      const without = lived(plan).filter((entry) => entry.type !== 'count' || entry.moment !== moment)
      expect(seenBy(plan, without)).toMatchObject({ files: 'not-run', verdict: 'inconclusive EVIDENCE_LOST' })
    }
  })
})
