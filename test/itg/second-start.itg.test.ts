import { describe, expect, test } from 'vitest'
import type { Entry } from '../../src/run/journal.ts'
import { countNotes } from './apps.ts'
import { logFiles, type Outcome, rehearse } from './harness.ts'

/** The note keeper on SQLite; its target does something else before it serves, each time that it is started. */
function files(before: string, more = 'ready: { twice: true, steady: 0s }') {
  const of = (command: string) => `
services:
  app:
    image: rehearsal-test/app:\${APP_VERSION}
    command: [sh, -c, ${JSON.stringify(`${command}exec app serve`)}]
    volumes: ["data:/data"]
    ports: ["8000"]
volumes: { data: }
`
  return {
    'from.yml': of(''),
    'to.yml': of(before),
    '.env': 'APP_VERSION=1.0\n',
    'upgrade-rehearsal.yml': `
name: notes
stack: { compose: { from: from.yml, to: to.yml }, address: "http://app:8000" }
pin: { env: { file: .env, key: APP_VERSION } }
path: { to: "2.0" }
fixtures:
  - seed: { service: app, run: [app, seed, "10"] }
smoke:${countNotes}
data:
  - sqlite: { service: app, file: /data/notes.db }
${more}`,
  }
}

/** Does something only where it was done before. */
const again = (what: string) => `if [ -e /data/started ]; then ${what}; fi; touch /data/started; `
const sql = (statement: string) =>
  `python3 -c "import sqlite3; c = sqlite3.connect('/data/notes.db'); c.execute('${statement}'); c.commit()"`

const warningsOf = ({ verdict }: Outcome) =>
  verdict.reasons.map(({ code, message }) => `${code}: ${message}`).join('\n')
const restartedOf = (entries: readonly Entry[]) => entries.filter((entry) => entry.type === 'restarted')

describe('a target that is started a second time', () => {
  test('and is as it was is compatible, with a log of its own and no second tries', async () => {
    const outcome = await rehearse(files(''))
    expect(outcome.verdict.verdict, outcome.output).toBe('compatible')
    expect(await logFiles(outcome)).toEqual(['baseline/app-1.log', 'second-start/app-1.log', 'target/app-1.log'])
    expect(restartedOf(outcome.entries)).toMatchObject([{ store: 'app/data/notes.db', compared: { changes: [] } }])
    expect(outcome.entries.some((entry) => 'step' in entry && /^(confirm|control)/.test(entry.step))).toBe(false)
  })

  test('and can’t start again is incompatible', async () => {
    const outcome = await rehearse(files(again('echo "fatal: it is set up already" >&2; exit 1')))
    expect(outcome.codes, outcome.output).toEqual(['TARGET_CRASHED'])
    expect(outcome.exitCode).toBe(20)
    expect(outcome.verdict.reasons[0]?.message).toMatch(/^At the second start of the target: app exited with code 1/)
    expect(outcome.output).toContain('it is set up already')
  })

  test('and is left out starts once', async () => {
    const outcome = await rehearse(files(again('exit 1'), 'ready: { twice: false }'))
    expect(outcome.verdict.verdict, outcome.output).toBe('compatible')
    expect(outcome.verdict.coverage.unchecked.map(({ what }) => what)).toContain('a second start of the target')
  })

  test('and does its migration once more, so that rows are there twice, is told', async () => {
    const outcome = await rehearse(files(again(sql('INSERT INTO notes (title) SELECT title FROM notes'))))
    expect(outcome.codes, outcome.output).toEqual(['RESTART_CHANGES'])
    expect(warningsOf(outcome)).toMatch(/notes has 10 rows twice/)
    expect(outcome.entries.some((entry) => 'step' in entry && entry.step.startsWith('control.second-start'))).toBe(true)
  })

  test('and loses rows is incompatible', async () => {
    const outcome = await rehearse(files(again(sql('DELETE FROM notes WHERE id > 7'))))
    expect(outcome.codes, outcome.output).toEqual(['DATA_LOST'])
    expect(warningsOf(outcome)).toMatch(/second start of the target did it: notes has lost 3 of 10 rows/)
  })
})

describe('errors in the log of a target', () => {
  const noisy = 'echo "12:00:01 ERROR no such column: body, in query 4711"; '

  test('that it did not log before are told', async () => {
    const outcome = await rehearse(files(noisy))
    expect(outcome.codes, outcome.output).toEqual(['NEW_ERROR_LOGS'])
    expect(outcome.verdict.verdict).toBe('compatible-with-warnings')
    expect(warningsOf(outcome)).toMatch(
      /app logs errors.*"12:00:01 ERROR no such column: body, in query 4711" \(2 times\)/,
    )
  })

  test('that are expected are no news', async () => {
    const outcome = await rehearse(files(noisy, 'logs: { expect: ["no such column"] }'))
    expect(outcome.verdict.verdict, outcome.output).toBe('compatible')
  })
})
