import { expect, test } from 'vitest'
import { compose, notesDump } from './apps.ts'
import { type Outcome, rehearse } from './harness.ts'

const count = 'SELECT count(*) FROM notes'
const psql = `psql -U notes -At -c`

/** A rule of each sort, asked in each of the ways that the application has. */
const rules = (grows: string) => `
data:
  - postgres: { service: db }
  - http: { name: the total, get: /notes, json: $.total, rule: unchanged }
  - sql: { name: the ids, service: db, query: "SELECT id, title FROM notes ORDER BY id", rule: superset }
  - exec: { name: the titles, service: db, run: "${psql} 'SELECT title FROM notes'", rule: superset }
  - exec: { name: how many, service: db, run: "${psql} '${count}' | sed 's/^/notes: /'", output: "notes: (\\\\d+)", rule: at-least }
  - sql: { name: more than before, service: db, query: "${grows}", rule: grows }`

const notes = (to: string, more: string) => ({
  ...compose({ to, more, smoke: '\n  - http: { get: /health }' }),
  'notes.sql': notesDump(10),
})

const found = ({ verdict }: Outcome) =>
  verdict.data.invariants.map(({ title, outcome, found }) => `${title} ${outcome}: ${found}`)

test('rules that hold on a real database are no reason', async () => {
  const grows = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
  const outcome = await rehearse(notes('2.0', rules(grows)))
  expect(found(outcome)).toEqual([
    'the total kept: 10 before, 10 after',
    'the ids kept: 10 before, 10 after',
    'the titles kept: 10 before, 10 after',
    'how many kept: 10 before, 10 after',
    expect.stringMatching(/^more than before kept: 2 before, 3 after$/),
  ])
  expect(outcome.codes).toEqual([])
  expect(outcome.exitCode).toBe(0)
  expect(JSON.stringify(outcome.entries.filter(({ type }) => type === 'value'))).not.toContain('note 1')
})

test('rules that the upgrade breaks are reasons, each with what was there before and after', async () => {
  const outcome = await rehearse(notes('2.0-loses-data', rules(count)))
  expect(found(outcome)).toEqual([
    'the total broken: 10 before, 5 after',
    'the ids broken: 5 of 10 are missing (2 | a text of 6 characters; 4 | a text of 6 characters; 6 | a text of 6 characters; 8 | a text of 6 characters; 10 | a text of 7 characters); 10 before, 5 after',
    expect.stringMatching(/^the titles broken: 5 of 10 are missing \(a text of 6 characters; .*; 10 before, 5 after$/),
    'how many broken: 10 before, 5 after',
    'more than before broken: 10 before, 5 after',
  ])
  expect(outcome.codes.filter((code) => code === 'INVARIANT_BROKEN')).toHaveLength(5)
  expect(outcome.exitCode).toBe(20)
})

test('a rule that is broken without an upgrade too is not the upgrade’s fault', async () => {
  const started = 'data:\n  - sql: { service: db, query: "SELECT pg_postmaster_start_time()", rule: unchanged }'
  const outcome = await rehearse(notes('2.0', started))
  expect([outcome.verdict.verdict, outcome.codes[0]]).toEqual(['inconclusive', 'BASELINE_RED'])
  expect(outcome.verdict.reasons[0]?.message).toContain('it is the same when the source takes its own place')
})
