import { describe, expect, test } from 'vitest'
import { type NotesOptions, single } from './apps.ts'
import { logFiles, type Outcome, rehearse } from './harness.ts'

const smoke = `
  - http: { name: no note is lost, get: /notes, capture: { notes: $.total }, json: { $.total: { min: "{baseline.notes}" } } }
  - http: { name: a note is taken, post: /notes, body: { title: "note of {phase}" }, status: 201 }
  - log: { name: no error is logged, service: app, forbid: "^error" }`

/** The note keeper on SQLite, with these ways back; ten notes and the one of the baseline's own check. */
function notes(rollback: string, options: NotesOptions = {}) {
  const data = 'data: [ { sqlite: { service: app, file: /data/notes.db } } ]'
  const more = `${data}\nrollback:${rollback}\n${options.more ?? ''}`
  return { 'upgrade-rehearsal.yml': single({ smoke, ...options, more }) }
}

const whyOf = ({ verdict }: Outcome, way: string) => verdict.wayBack.ways.find((one) => one.way === way)?.why
const lostOf = ({ verdict }: Outcome) => Object.fromEntries(verdict.wayBack.ways.map(({ way, lost }) => [way, lost]))

const backup = (run: string) => `
      make: [ { exec: { service: app, run: ${run}, save: notes.db } } ]
      restore: [ { sqlite: { volume: data, path: notes.db, from: "{backup}/notes.db" } } ]`
/** A backup that looks whole and lacks one note. */
const holed =
  "cp /data/notes.db /tmp/b && python3 -c \"import sqlite3; c = sqlite3.connect(chr(47) + 'tmp/b'); c.execute('DELETE FROM notes WHERE id = 1'); c.commit()\" && cat /tmp/b"
const undo = '{ run: { service: app, run: [app, downgrade], require: downgraded } }, { pull: true }, { up: all }'
const forget =
  "{ run: { service: app, run: [python3, -c, \"import sqlite3; c = sqlite3.connect('/data/notes.db'); c.execute('DELETE FROM notes WHERE id > 11'); c.commit()\"] } }"

const strictTarget = `
  - image: {}
  - restore: { expect: works }
  - backup:${backup('[cat, /data/notes.db]')}
      expect: works
  - backup:${backup(JSON.stringify(holed))}
      name: holed
  - command: { steps: [ ${undo} ], expect: works }
  - command: { steps: [ ${forget}, ${undo} ], name: forgetful }
  - command: { steps: [ ${undo.replace('[app, downgrade]', '[app, undo]')} ], name: unknown }
  - files: { move: { volume: data, from: notes.db.pre-upgrade, to: notes.db } }`

function expectStrictTarget(outcome: Outcome) {
  expect(outcome.verdict.rollback, outcome.output).toEqual({
    ...{ image: 'read-only', restore: 'works', backup: 'works', holed: 'fails' },
    ...{ command: 'works', forgetful: 'works', unknown: 'fails', files: 'fails' },
  })
  expect(outcome.verdict.verdict, outcome.output).toBe('compatible')
  // One note was taken on the target before all of them.
  expect(lostOf(outcome)).toEqual({
    ...{ image: 0, restore: 1, backup: 1, command: 0, forgetful: 1 },
    ...{ holed: undefined, unknown: undefined, files: undefined },
  })
}

describe('a target whose data the old image can only read', () => {
  test('each way back starts from its own state, and says what fails in it', async () => {
    const outcome = await rehearse(notes(strictTarget, { from: '1.0-lenient', to: '2.0-strict' }))
    expectStrictTarget(outcome)
    expect(whyOf(outcome, 'image')).toBe('a note is taken: expected status 201, got status 500')
    expect(whyOf(outcome, 'holed')).toBe('app/data/notes.db has 10 rows in notes, before the upgrade it had 11')
    expect(whyOf(outcome, 'unknown')).toContain('"app undo" ended with exit code 64')
    expect(whyOf(outcome, 'files')).toContain('notes.db.pre-upgrade')
    expect(outcome.verdict.wayBack.written).toEqual({ 'app/data/notes.db': { notes: 1 } })
    expect(outcome.verdict.wayBack.sentence).toMatch(
      /^After this upgrade the old image starts and reads the migrated data, but can't write; going back needs the data from before it, and loses the 1 row written since the upgrade\. /,
    )
    // What each of them printed is kept, and only that.
    const logs = await logFiles(outcome)
    for (const key of ['image', 'restore', 'backup.before', 'backup', 'holed', 'command', 'forgetful'])
      expect(logs).toContain(`rollback-${key}/app.log`)
    for (const key of ['files', 'unknown']) expect(logs).not.toContain(`rollback-${key}/app.log`)
  })

  test('the same where every fork is a copy', async () => {
    const options = { from: '1.0-lenient', to: '2.0-strict', more: 'checkpoint: { forks: copy }' }
    const outcome = await rehearse(notes(strictTarget, options))
    expectStrictTarget(outcome)
    expect(outcome.output).toContain('copied')
    expect(outcome.output).not.toContain('copy-on-write')
  })
})

test('an old image that takes the migrated data as it is works, and keeps what was written', async () => {
  const outcome = await rehearse(notes('\n  - image: { expect: fails }', { from: '1.0-lenient' }))
  expect(outcome.verdict.rollback, outcome.output).toEqual({ image: 'works', restore: 'not-run' })
  expect(outcome.codes).toEqual(['ROLLBACK_BETTER'])
  expect(outcome.exitCode).toBe(0)
  expect(outcome.verdict.wayBack.sentence).toBe(
    'After this upgrade the old image works on the migrated data, and keeps the 1 row written since the upgrade.',
  )
})

describe('a target that keeps the old files', () => {
  test('the old image alone fails with its own words; the kept files work', async () => {
    const rollback = `
  - image: { expect: works }
  - files: { move: { volume: data, from: notes.db.pre-upgrade, to: notes.db }, expect: works }`
    const outcome = await rehearse(notes(rollback, { to: '2.0-keeps' }))
    expect(outcome.verdict.rollback, outcome.output).toMatchObject({ image: 'fails', files: 'works' })
    expect(outcome.codes).toEqual(['ROLLBACK_FAILED'])
    expect(outcome.exitCode).toBe(20)
    expect(outcome.verdict.reasons[0]?.message).toContain('app exited with code 3')
    expect(outcome.output).toContain('the database has schema 3, version 1.0 knows only 1')
    expect(lostOf(outcome)).toEqual({ image: undefined, files: 1 })
  })
})

describe('a target that is made to fail', () => {
  const broken = (more = '') =>
    `automatic: { break: { app: { environment: { FAIL_MIGRATION: "1" } } }, expect: works${more} }`

  test('and rolls back by itself: the old image works; one that nothing breaks proves nothing', async () => {
    const rollback = `
  - ${broken()}
  - automatic: { name: unbroken, break: { app: { environment: { NOTHING: "1" } } } }
  - automatic: { name: other-image, break: { app: { image: "rehearsal-test/app:2.0" } } }`
    const outcome = await rehearse(notes(rollback, { to: '2.0-careful' }))
    expect(outcome.verdict.rollback, outcome.output).toMatchObject({
      ...{ automatic: 'works', unbroken: 'not-run', 'other-image': 'not-run' },
    })
    expect(outcome.codes).toEqual(['NOT_BROKEN', 'NOT_BROKEN'])
    expect(outcome.output).toContain('rolled back')
  })

  test('and leaves what it has done: the old image fails', async () => {
    const outcome = await rehearse(notes(`\n  - ${broken()}`))
    expect(outcome.verdict.rollback.automatic, outcome.output).toBe('fails')
    expect(outcome.codes).toEqual(['ROLLBACK_FAILED'])
    expect(outcome.verdict.reasons[0]?.message).toContain('app exited with code 3')
  })
})

describe('an upgrade that fails is gone back from all the same', () => {
  test.each([
    [
      'before it has migrated anything',
      '2.0-crash',
      'works',
      /^After the failed upgrade the old image works on what it left\. /,
    ],
    [
      'without ever being ready',
      '2.0-hang',
      'works',
      /^After the failed upgrade the old image works on what it left\. /,
    ],
    [
      'once it has migrated',
      '2.0-notes-500',
      'fails',
      /^After this upgrade the old image does not work on the migrated data; /,
    ],
  ])('%s', async (_, to, image, sentence) => {
    const rollback = '\n  - image: {}\n  - restore: { expect: works }'
    const outcome = await rehearse(notes(rollback, { to, more: 'ready: { within: 8s }' }))
    expect(outcome.verdict.rollback, outcome.output).toEqual({ image, restore: 'works' })
    expect(outcome.codes.join(), outcome.output).not.toMatch(/ROLLBACK|EVIDENCE|INTERNAL/)
    expect(outcome.verdict.wayBack.sentence).toMatch(sentence)
  })
})

test('none tries nothing and freezes the baseline alone', async () => {
  const outcome = await rehearse(notes(' none'))
  expect(outcome.verdict.rollback, outcome.output).toEqual({ image: 'not-run', restore: 'not-run' })
  expect(outcome.verdict.verdict).toBe('compatible')
  expect(outcome.output).toContain('way back  not rehearsed')
  expect(outcome.output.match(/✓ .* freeze/g)).toHaveLength(1)
  expect(outcome.output).not.toMatch(/fork the|count /)
})
