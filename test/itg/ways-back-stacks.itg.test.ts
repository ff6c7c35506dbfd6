import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { compose, composeFile, type NotesOptions, notesDump, single } from './apps.ts'
import { docker, leftovers, logFiles, makeFolder, type Outcome, rehearse, rehearseIn, runCli } from './harness.ts'

const smoke = (service: string) => `
  - http: { name: no note is lost, get: /notes, capture: { notes: $.total }, json: { $.total: { min: "{baseline.notes}" } } }
  - http: { name: a note is taken, post: /notes, body: { title: "note of {phase}" }, status: 201 }
  - log: { name: no error is logged, service: ${service}, forbid: "^error" }`

/** The note keeper on PostgreSQL, with a dump of ten notes and these ways back. */
function composed(rollback: string, options: NotesOptions = {}, file = composeFile) {
  const more = `rollback:${rollback}\n${options.more ?? ''}`
  return {
    ...compose({ smoke: smoke('web'), ...options, more }),
    'docker-compose.yml': file,
    'notes.sql': notesDump(10),
  }
}

/** The same on SQLite, in one container. */
function notes(rollback: string, from: string, to: string) {
  return { 'upgrade-rehearsal.yml': single({ smoke: smoke('app'), from, to, more: `rollback:${rollback}` }) }
}

const kills = (outcome: Outcome) => outcome.entries.flatMap((entry) => (entry.type === 'killed' ? [entry] : []))
const whyOf = ({ verdict }: Outcome, way: string) => verdict.wayBack.ways.find((one) => one.way === way)?.why

test('without a word, the old image and the state before are tried, and nothing is claimed of them', async () => {
  const { 'upgrade-rehearsal.yml': config, ...files } = composed('')
  const outcome = await rehearse(
    { ...files, 'ways-by-default.yml': config.replace(/^rollback:.*\n/m, '') },
    { args: ['--config', 'ways-by-default.yml'] },
  )
  expect(outcome.verdict.rollback, outcome.output).toEqual({ image: 'fails', restore: 'works' })
  expect(outcome.verdict.verdict).toBe('compatible')
  expect(outcome.verdict.wayBack.sentence).toBe(
    'After this upgrade the old image does not work on the migrated data; going back needs the data from before it, and loses the 1 row written since the upgrade.',
  )
  expect(outcome.verdict.wayBack.written).toEqual({ db: { notes: 1 } })
  const logs = await logFiles(outcome)
  for (const key of ['image', 'restore'])
    for (const name of ['web-1', 'db-1']) expect(logs).toContain(`rollback-${key}/${name}.log`)
  const said = await readFile(join(outcome.reports, 'logs/rollback-image/web-1.log'), 'utf8')
  expect(said).toContain('version 1.0 knows only 1')
  expect(said).not.toContain('started version')
})

test("a dump by the database's own command goes into new volumes, and one of no rows is noticed", async () => {
  const dump = (run: string) =>
    `make: [ { exec: { service: db, run: ${run}, save: notes.dump } } ], restore: [ { postgres: { service: db, dump: "{backup}/notes.dump" } } ]`
  const rollback = `
  - backup: { ${dump('[pg_dump, --format, custom, --username, notes, notes]')}, expect: works }
  - backup: { ${dump('[pg_dump, --format, custom, --exclude-table-data, notes, --username, notes, notes]')}, name: holed }
  - backup: { ${dump('[pg_dump, --username, nobody, notes]')}, name: refused }`
  const outcome = await rehearse(composed(rollback))
  expect(outcome.verdict.rollback, outcome.output).toMatchObject({ backup: 'works', holed: 'fails', refused: 'fails' })
  expect(outcome.verdict.verdict).toBe('compatible')
  expect(whyOf(outcome, 'holed')).toMatch(/no note is lost|rows in notes/)
  expect(whyOf(outcome, 'refused')).toContain('ended with exit code 1')
  expect(outcome.output).toContain('role "nobody" does not exist')
})

describe('a migration that is killed', () => {
  const twice = '\n  - interrupted: { service: app, times: 2, seed: 12, again: works }'

  test('goes on when it is started again, each time', async () => {
    const outcome = await rehearse(notes(twice, '1.0-lenient', '2.0-slow'))
    expect(outcome.verdict.rollback, outcome.output).toMatchObject({
      'interrupted.again': 'works',
      'interrupted.image': 'works',
    })
    expect(outcome.verdict.wayBack.ways.map(({ tried, worked }) => [tried, worked])).toEqual([
      [2, 2],
      [2, 2],
    ])
    expect(kills(outcome).map(({ containers }) => containers)).toEqual([1, 1])
    const [one = 0, other = 0] = kills(outcome).map(({ ms }) => ms)
    // At 30 % and at 51 % of about three seconds.
    expect(other - one).toBeGreaterThan(200)
    const logs = await logFiles(outcome)
    for (const turn of [1, 2]) {
      for (const part of ['again', 'image']) expect(logs).toContain(`rollback-interrupted.${turn}.${part}/app.log`)
      const said = await readFile(join(outcome.reports, `logs/rollback-interrupted.${turn}.kill/app.log`), 'utf8')
      expect(said).toContain('migrated schema 1 -> 2')
      expect(said).not.toContain('started version')
    }
  })

  test('and can neither go on nor be gone back from is told as it is', async () => {
    const outcome = await rehearse(notes(twice, '1.0', '2.0-fragile'))
    expect(outcome.verdict.rollback, outcome.output).toMatchObject({
      'interrupted.again': 'fails',
      'interrupted.image': 'fails',
    })
    expect(outcome.codes).toEqual(['ROLLBACK_FAILED'])
    expect(outcome.verdict.reasons[0]?.message).toMatch(
      /^The target started again after a kill in the migration is documented to work and fails in 2 of 2 tries: app exited with code 4/,
    )
  })

  test('in its one-shot, with the database from before still running; one that has ended was not killed', async () => {
    const upgrade = 'upgrade: { strategy: migrate, quiesce: [web], migrate: { service: web, run: [app, migrate] } }'
    const rollback = `
  - interrupted: { service: web, seed: 2, again: works }
  - interrupted: { name: late, service: early, seed: 15 }`
    // The start takes seconds longer than the service that has ended by then, however slow the machine is.
    const services = `  early: { image: rehearsal-test/app:1.0, command: [app, oneshot, "0"] }
  pause:
    image: rehearsal-test/app:\${APP_VERSION}
    command: [sh, -c, '[ "\${APP_VERSION}" != 2.0-slow ] || sleep 4']
    depends_on: { early: { condition: service_completed_successfully } }
volumes: { db-data: }`
    const file = composeFile
      .replace('volumes: { db-data: }', services)
      .replace(
        '{ condition: service_healthy }',
        '{ condition: service_healthy }, pause: { condition: service_completed_successfully }',
      )
    const outcome = await rehearse(composed(rollback, { to: '2.0-slow', from: '1.0-lenient', more: upgrade }, file))
    expect(outcome.verdict.rollback, outcome.output).toMatchObject({
      ...{ 'interrupted.again': 'works', 'interrupted.image': 'works' },
      ...{ 'late.again': 'not-run', 'late.image': 'not-run' },
    })
    expect(kills(outcome), outcome.output).toMatchObject([
      { service: 'web', containers: 1 },
      { service: 'early', containers: 0 },
    ])
    expect(outcome.codes).toEqual(['NOT_BROKEN', 'NOT_BROKEN'])
  })
})

describe('cancelled in the middle of a way back', () => {
  test.each([
    ['while a fork is made', /✓ 6\.2 /],
    ['while the old image gets ready', /✓ 9\.3 /],
    ['while a migration is about to be killed', /✓ 10\.4 /],
    ['while the killed migration goes on', /✓ 11\.3 /],
  ])('%s, it leaves nothing and ends in time', async (_, mark) => {
    const folder = await makeFolder(
      notes('\n  - image: {}\n  - interrupted: { service: app }', '1.0-lenient', '2.0-slow'),
    )
    let interruptedAt = 0
    const outcome = await rehearseIn(folder, {
      onOutput: (soFar, child) => {
        if (interruptedAt > 0 || !mark.test(soFar)) return
        interruptedAt = performance.now()
        child.kill('SIGINT')
      },
    })
    expect(interruptedAt, outcome.output).toBeGreaterThan(0)
    expect(performance.now() - interruptedAt).toBeLessThan(7_000)
    expect(outcome.exitCode, outcome.output).toBe(130)
    expect(outcome.verdict.verdict).toBe('inconclusive')
    expect(outcome.codes).toEqual(['CANCELLED'])
    expect(outcome.verdict.rollback['interrupted.image']).toBe('not-run')
    expect(existsSync(join(outcome.reports, 'junit.xml'))).toBe(true)
  })
})

test('--keep is for a look at the target: no way back is tried', async () => {
  const folder = await makeFolder({ 'upgrade-rehearsal.yml': single({ more: 'rollback: [ { restore: {} } ]' }) })
  const { exitCode, output } = await runCli(folder, ['run', '--keep'])
  const verdict = JSON.parse(await readFile(join(folder, 'upgrade-report/verdict.json'), 'utf8'))
  onTestFinished(async () => void (await runCli(folder, ['clean', '--run', verdict.runId])))
  expect(exitCode, output).toBe(0)
  const command = /docker exec -it (\S+) sh/.exec(output)?.[1] ?? ''
  expect(await docker('exec', command, 'app', 'version')).toContain('2.0')
  await runCli(folder, ['clean', '--run', verdict.runId])
  expect(await leftovers(verdict.runId)).toEqual([])
})

describe('rolling, one container at a time', () => {
  const replicated = composeFile
    .replace('restart: always', 'restart: always\n    deploy: { replicas: 2 }')
    .replace('ports: ["8000:8000"]', 'expose: ["8000"]')
  const upgrade = `upgrade:
  strategy: rolling
  migrate: { service: web, run: [app, migrate] }
  order: [web]
  between:
    - http: { name: the old one serves, get: "http://web.old:8000/version", text: "1\\\\.0" }`

  test('the source runs on after the checkpoint, and each way starts all its containers', async () => {
    const rollback = '\n  - restore: { expect: works }\n  - interrupted: { service: web, seed: 2, again: works }'
    const options = { from: '1.0-lenient', to: '2.0-slow', more: upgrade }
    const outcome = await rehearse(composed(rollback, options, replicated))
    expect(outcome.verdict.rollback, outcome.output).toMatchObject({
      ...{ restore: 'works', 'interrupted.again': 'works', 'interrupted.image': 'works' },
    })
    expect(outcome.output).toContain('start 1.0-lenient again')
    const logs = await logFiles(outcome)
    for (const key of ['restore', 'interrupted.again'])
      for (const name of ['web-1', 'web-2']) expect(logs).toContain(`rollback-${key}/${name}.log`)
  })

  test('that fails at its first container is gone back from as well', async () => {
    const options = { from: '1.0-lenient', to: '2.0-crash', more: upgrade }
    const outcome = await rehearse(composed('\n  - image: { expect: works }', options, replicated))
    expect(outcome.verdict.rollback.image, outcome.output).toBe('works')
    expect(outcome.codes.join()).not.toMatch(/ROLLBACK|EVIDENCE|INTERNAL|TIMEOUT/)
  })
})

test('a volume that only an image asks for goes back with all others', async () => {
  const cache = composeFile.replace('volumes: { db-data: }', '  cache:\n    image: redis:7\nvolumes: { db-data: }')
  const check = `${smoke('web')}
  - exec: { name: the cache keeps what it had, service: cache, run: [redis-cli, GET, notes], output: kept }`
  const fixtures = `
  - postgres: { service: db, dump: notes.sql }
  - seed: { service: cache, run: "redis-cli SET notes kept && redis-cli SAVE" }`
  const rollback = `
  - command: { steps: [ { up: [cache] }, { exec: { service: cache, run: "redis-cli FLUSHALL && redis-cli SAVE" } }, { up: all } ] }
  - image: { expect: works }`
  const dangling = async () => (await docker('volume', 'ls', '--quiet', '--filter', 'dangling=true')).split('\n')
  const earlier = new Set(await dangling())
  const outcome = await rehearse(composed(rollback, { from: '1.0-lenient', smoke: check, fixtures }, cache))
  // What one of them flushes is there again for the next.
  expect(outcome.verdict.rollback, outcome.output).toMatchObject({ command: 'fails', image: 'works' })
  expect(whyOf(outcome, 'command')).toContain('the cache keeps what it had')
  const left = async () => (await dangling()).filter((name) => /^[0-9a-f]{64}$/.test(name) && !earlier.has(name))
  // A rehearsal beside this one may be about to remove its own.
  await expect.poll(left, { timeout: 8_000 }).toEqual([])
})
