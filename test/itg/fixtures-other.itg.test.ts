import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { compose, notesDump, single } from './apps.ts'
import { checksOf, makeFolder, type Outcome, rehearse, rehearseIn, runCli } from './harness.ts'

function expectRefused(outcome: Outcome, code: string, says: RegExp): void {
  expect(outcome.codes, outcome.output).toEqual([code])
  expect(outcome.exitCode).toBe(21)
  expect(outcome.output).toMatch(says)
  expect(checksOf(outcome, 'target')).toEqual([])
}

describe('a file of production’s', () => {
  const files = () => {
    const made = compose({
      fixtures: '\n  - file: { from: prod.env, to: .env }\n  - postgres: { service: db, dump: notes.sql }',
      smoke:
        '\n  - exec: { name: setting, service: web, run: [sh, -c, "echo $GREETING"], output: "^from-production$" }\n  - http: { get: /health }',
    })
    const withSetting = made['docker-compose.yml'].replace(
      'environment: { DATABASE_URL',
      'environment: { GREETING: "${GREETING}", DATABASE_URL',
    )
    return { ...made, 'docker-compose.yml': withSetting, 'notes.sql': notesDump(3) }
  }

  test('takes the place of the one that Compose reads, pin included; the user’s stays as it is', async () => {
    const mine = '# mine\nAPP_VERSION=1.1\nGREETING=from-the-developer\n'
    const outcome = await rehearse({
      ...files(),
      '.env': mine,
      'prod.env': 'APP_VERSION=1.0\nGREETING=from-production\n',
    })
    expect(outcome.exitCode, outcome.output).toBe(0)
    expect(checksOf(outcome, 'target')).toEqual(['setting: passed', 'http GET /health: passed'])
    expect(outcome.verdict.from.version).toBe('1.0')
    expect(await readFile(join(outcome.folder, '.env'), 'utf8')).toBe(mine)
  })

  test('is needed: without it nothing runs', async () => {
    expectRefused(await rehearse(files()), 'FIXTURE_MISSING', /the fixture prod\.env does not exist/)
  })

  test('may be encrypted; its text is read and lies nowhere', async () => {
    const made = files()
    const config = made['upgrade-rehearsal.yml'].replace(
      'from: prod.env,',
      'from: prod.env.age, decrypt: { age: { identity: key.txt } },',
    )
    const prod = 'APP_VERSION=1.0\nGREETING=from-production\n'
    const folder = await makeFolder({ ...made, '.env': 'APP_VERSION=1.1\n', 'upgrade-rehearsal.yml': config, prod })
    const call = promisify(execFile)
    await call('age-keygen', ['-o', join(folder, 'key.txt')])
    const { stdout } = await call('age-keygen', ['-y', join(folder, 'key.txt')])
    await call('age', ['--recipient', stdout.trim(), '--output', join(folder, 'prod.env.age'), join(folder, 'prod')])
    const planned = await runCli(folder, ['plan'])
    expect(planned.exitCode, planned.output).toBe(0)
    expect(planned.output).toMatch(/^ {2}from 1\.0$/m)
    await call('age-keygen', ['-o', join(folder, 'other.txt')])
    await call('mv', [join(folder, 'other.txt'), join(folder, 'key.txt')])
    expectRefused(await rehearseIn(folder), 'FIXTURE_CORRUPT', /prod\.env\.age can't be decrypted: wrong age identity/)
  })

  test('is checked by its sha256', async () => {
    const made = files()
    const config = made['upgrade-rehearsal.yml'].replace('to: .env }', `to: .env, sha256: "${'ab'.repeat(32)}" }`)
    const outcome = await rehearse({
      ...made,
      'upgrade-rehearsal.yml': config,
      'prod.env': 'APP_VERSION=1.0\nGREETING=x\n',
    })
    expectRefused(outcome, 'FIXTURE_CORRUPT', /not the file that sha256 names/)
  })
})

describe('a seed', () => {
  const smoke = '\n  - http: { get: /notes, json: { $.total: 2 } }'

  test('may be a command on this machine, which finds the address of the source release', async () => {
    const script = `for (const title of ['a', 'b']) {
  const answer = await fetch(process.env.BASE_URL + '/notes', { method: 'POST', body: JSON.stringify({ title }) })
  if (answer.status !== 201) throw new Error(String(answer.status))
}
console.log('seeded', process.env.REHEARSAL_PHASE, process.env.REHEARSAL_VERSION, process.env.APP_URL === process.env.BASE_URL)`
    const fixtures = `\n  - seed: { suite: "${process.execPath} seed.mjs" }`
    const outcome = await rehearse({ 'upgrade-rehearsal.yml': single({ fixtures, smoke }), 'seed.mjs': script })
    expect(outcome.exitCode, outcome.output).toBe(0)
    const journal = await readFile(join(outcome.reports, 'journal.jsonl'), 'utf8')
    expect(journal).toContain('seeded baseline 1.0 true')
  })

  test('may be a command inside a service, on one line', async () => {
    const outcome = await rehearse({
      'upgrade-rehearsal.yml': single({
        fixtures: '\n  - seed: { service: app, run: "app seed 1 && app seed 1" }',
        smoke,
      }),
    })
    expect(outcome.exitCode, outcome.output).toBe(0)
  })

  test.each([
    ['on this machine', '{ suite: "echo no data today; exit 3" }'],
    ['inside a service', '{ service: app, run: "echo no data today; exit 3" }'],
  ])('that fails %s is no fault of the upgrade', async (_, seed) => {
    const outcome = await rehearse({ 'upgrade-rehearsal.yml': single({ fixtures: `\n  - seed: ${seed}`, smoke }) })
    expectRefused(outcome, 'FIXTURE_PARTIAL', /the seed command ended with exit code 3[\s\S]*no data today/)
  })

  test('in a service that does not exist is an error of the configuration', async () => {
    const folder = await makeFolder({
      'upgrade-rehearsal.yml': single({ fixtures: '\n  - seed: { service: ap, run: [app, seed, "1"] }' }),
    })
    const { exitCode, output } = await runCli(folder, ['plan'])
    expect(exitCode, output).toBe(64)
    expect(output).toMatch(/^upgrade-rehearsal\.yml:9:5: 1\.0 has no service "ap"; did you mean "app"\?$/m)
  })
})
