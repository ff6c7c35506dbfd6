import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compose, countNotes, notesDump, single } from './apps.ts'
import { checksOf, logFiles, rehearse } from './harness.ts'

describe('a rehearsal of a single image', () => {
  test('is compatible when the target keeps the data, and leaves every report', async () => {
    const outcome = await rehearse({ 'upgrade-rehearsal.yml': single() })
    expect(outcome.verdict.verdict, outcome.output).toBe('compatible')
    expect(outcome.exitCode).toBe(0)
    expect(outcome.verdict.from.version).toBe('1.0')
    expect(outcome.verdict.to.version).toBe('2.0')
    expect(checksOf(outcome, 'baseline')).toEqual(['no note is lost: passed'])
    expect(checksOf(outcome, 'target')).toEqual(checksOf(outcome, 'baseline'))
    expect(await logFiles(outcome)).toEqual(['baseline/app.log', 'target/app.log'])
    expect(await readFile(join(outcome.reports, 'logs/target/app.log'), 'utf8')).toContain('migrated schema 2 -> 3')
    expect(await readFile(join(outcome.reports, 'summary.md'), 'utf8')).toMatch(/^# .*compatible/)
  })

  test.each([
    { target: '2.0-loses-data', code: 'SMOKE_REGRESSION', says: /\$\.total equals.*10[\s\S]*\$\.total is 5/ },
    { target: '2.0-notes-500', code: 'SMOKE_REGRESSION', says: /status 500/ },
    { target: '2.0-crash', code: 'TARGET_CRASHED', says: /app exited with code 1/ },
    { target: '2.0-unhealthy', code: 'NOT_READY', says: /unhealthy/ },
  ])('is incompatible with $target, and says why on one screen', async ({ target, code, says }) => {
    const outcome = await rehearse({ 'upgrade-rehearsal.yml': single({ to: target }) })
    expect(outcome.verdict.verdict, outcome.output).toBe('incompatible')
    expect(outcome.exitCode).toBe(20)
    expect(outcome.codes[0]).toBe(code)
    const screen = outcome.output.slice(outcome.output.indexOf('\nINCOMPATIBLE'))
    expect(screen).toMatch(says)
    expect(screen).toContain('1.0 → ')
    expect(screen.split('\n').length).toBeLessThan(35)
  })

  test('a target that crashes is shown with its last log lines', async () => {
    const outcome = await rehearse({ 'upgrade-rehearsal.yml': single({ to: '2.0-crash' }) })
    const failed = outcome.entries.find((entry) => entry.type === 'step-finished' && entry.outcome === 'failed')
    expect(failed).toMatchObject({ problem: { code: 'CRASHED', where: 'app' } })
    expect(outcome.output).toMatch(/last log lines\n(.*\n)*? +\| .*\w/)
  })

  test('a target that never listens, while the source does in that time, is not ready', async () => {
    const outcome = await rehearse({
      'upgrade-rehearsal.yml': single({ to: '2.0-hang', more: 'ready: { within: 6s }' }),
    })
    expect(outcome.verdict.verdict, outcome.output).toBe('incompatible')
    expect(outcome.exitCode).toBe(20)
    expect(outcome.codes).toEqual(['NOT_READY'])
    expect(outcome.output).toContain('app:8000 does not answer')
  })

  test.each([
    ['where the user asks it to stay steady', 'steady: 6s'],
    ['though nobody asked to look on', 'twice: true'],
  ])('a target that dies soon after it was ready is caught, %s', async (_, ready) => {
    const outcome = await rehearse({
      'upgrade-rehearsal.yml': single({ to: '2.0-crash-late', more: `ready: { ${ready} }` }),
    })
    expect(outcome.codes, outcome.output).toEqual(['TARGET_CRASHED'])
    expect(outcome.exitCode).toBe(20)
  })

  test('a baseline that crashes is inconclusive, and the target is never started', async () => {
    const outcome = await rehearse({ 'upgrade-rehearsal.yml': single({ from: '1.0-crash', fixtures: ' []' }) })
    expect(outcome.verdict.verdict, outcome.output).toBe('inconclusive')
    expect(outcome.exitCode).toBe(21)
    expect(outcome.codes).toEqual(['BASELINE_RED'])
    expect(await logFiles(outcome)).toEqual(['baseline/app.log'])
  })

  test('a red check on the baseline is inconclusive', async () => {
    const outcome = await rehearse({
      'upgrade-rehearsal.yml': single({ smoke: '\n  - http: { get: /notes, json: { $.total: 11 } }' }),
    })
    expect(outcome.codes, outcome.output).toEqual(['BASELINE_RED'])
    expect(outcome.exitCode).toBe(21)
    expect(checksOf(outcome, 'target')).toEqual([])
  })

  test('without a single assertion nothing is proven', async () => {
    const outcome = await rehearse({ 'upgrade-rehearsal.yml': single({ smoke: ' []' }) })
    expect(outcome.codes, outcome.output).toEqual(['NO_ASSERTIONS'])
    expect(outcome.exitCode).toBe(21)
  })

  test('a source that stops only when it is killed is a warning, and with --strict an exit code of its own', async () => {
    const config = single({ from: '2.0-stubborn', to: '2.0', more: 'upgrade: { grace: 1s }' })
    const outcome = await rehearse({ 'upgrade-rehearsal.yml': config }, { args: ['--strict'] })
    expect(outcome.verdict.verdict, outcome.output).toBe('compatible-with-warnings')
    expect(outcome.codes).toEqual(['UNCLEAN_STOP'])
    expect(outcome.exitCode).toBe(22)
  })
})

describe('a rehearsal of a Compose project', () => {
  test('is compatible from a dump, through a stop on the way', async () => {
    const files = { ...compose({ more: '' }), 'notes.sql': notesDump(7) }
    const config = files['upgrade-rehearsal.yml'].replace(
      'path: { to: "2.0" }',
      'path: { to: "2.0", stops: ["1.1", "9.9"] }',
    )
    const outcome = await rehearse({ ...files, 'upgrade-rehearsal.yml': config })
    expect(outcome.verdict.verdict, outcome.output).toBe('compatible')
    expect(outcome.verdict.hops.map(({ from, to, outcome }) => `${from} → ${to}: ${outcome}`)).toEqual([
      '1.0 → 1.1: done',
      '1.1 → 2.0: done',
    ])
    expect(await logFiles(outcome)).toEqual([
      'baseline/db-1.log',
      'baseline/web-1.log',
      'hop1/db-1.log',
      'hop1/web-1.log',
      'target/db-1.log',
      'target/web-1.log',
    ])
    expect(outcome.entries.filter((entry) => entry.type === 'proof')).toHaveLength(3)
  })

  test('says which hop, service and check went red', async () => {
    const files = { ...compose({ to: '2.0-loses-data' }), 'notes.sql': notesDump(7) }
    const outcome = await rehearse(files)
    expect(outcome.codes, outcome.output).toEqual(['SMOKE_REGRESSION', 'DATA_LOST'])
    expect(outcome.verdict.reasons[0]?.where).toContain('no note is lost')
  })

  test('calls a restart loop a crash, not a time-out', async () => {
    const outcome = await rehearse({
      ...compose({ to: '2.0-crash', more: 'ready: { within: 60s }' }),
      'notes.sql': notesDump(3),
    })
    expect(outcome.codes, outcome.output).toEqual(['TARGET_CRASHED'])
    expect(outcome.exitCode).toBe(20)
  })

  test('forgives an application that crashes until its database is up, and counts it', async () => {
    const files = compose({ smoke: countNotes })
    const eager = files['docker-compose.yml'].replace(/ {4}depends_on: .*\n/, '')
    expect(eager).not.toContain('depends_on')
    const slow = eager.replace(
      'image: postgres:15',
      'image: postgres:15\n    entrypoint: [sh, -c, "sleep 3; exec /usr/local/bin/docker-entrypoint.sh postgres"]',
    )
    const outcome = await rehearse({ ...files, 'docker-compose.yml': slow, 'notes.sql': notesDump(3) })
    expect(outcome.exitCode, outcome.output).toBe(0)
    const web = outcome.verdict.services.find(({ service }) => service === 'web')
    expect((web?.restarts.baseline ?? 0) + (web?.restarts.target ?? 0)).toBeGreaterThan(0)
  })
})
