import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { single } from './apps.ts'
import { checksOf, rehearse } from './harness.ts'

const fixedBytes = Buffer.from(Array.from({ length: 1_000 }, (_, index) => (index * 7) % 256))

describe('checks', () => {
  test('of every kind pass on both sides, with values captured on the baseline', async () => {
    const config = single({
      more: `
ready: { checks: [ { http: { get: /health, json: { $.status: ok } } } ] }
sign-in:
  request: { post: /login, json: { user: admin, password: "\${NOTES_PASSWORD}" } }
  token: $.access_token
  send: { Authorization: "Bearer {token}" }`,
      smoke: `
  - healthy: app
  - http: { get: /me, status: 401 }
  - http: { name: signed in, get: /me, signed-in: true, json: { $.user: admin } }
  - http: { get: /me, headers: { X-Api-Key: static-key-123 }, json: { $.user: { matches: "^adm" } } }
  - http: { get: /version, text: "^{version}" }
  - http: { name: the documented form, get: /health, json: { $.version: "{target.version}" } }
  - http: { post: /echo, body: { a: [1, "{source.version}"] }, header: { content-type: json }, text: '1\\.0' }
  - http: { put: /echo, body: plain text, text: plain text }
  - http: { delete: /echo, status: 200 }
  - http: { get: /bytes, sha256: ${createHash('sha256').update(fixedBytes).digest('hex')} }
  - http: { get: /no-such-page, status: 404 }
  - http: { name: captured, get: /notes, capture: { first: "$.items[0].title", all: { count: "$.items[*]" } } }
  - http:
      name: compared
      get: /notes
      json:
        $.items[0].title: "{baseline.first}"
        "$.items[*]": { count: "{baseline.all}" }
        $.total: { min: 10, max: 10 }
        $.nothing: { exists: false }
  - exec: { service: app, run: "app version", output: "{version}", capture: { exec-version: "\\\\d+" } }
  - exec: { service: app, run: [sh, -c, "exit 3"], exit-code: 3 }
  - exec: { service: app, run: [sh, -c, 'echo "$WHO as $(id -u)"'], env: { WHO: me }, user: "1000", output: me as 1000 }
  - run: { service: app, run: [app, oneshot, "0"] }
  - log: { service: app, require: started version, forbid: Traceback }
  - suite: { run: "sh suite.sh", junit: "out/*.xml" }`,
    })
    const suite = `set -eu
mkdir -p out
test "$REHEARSAL_VERSION" = "$(node -e "fetch(process.env.BASE_URL + '/version').then(r => r.text()).then(t => console.log(t.trim()))")"
test "$APP_URL" = "$BASE_URL"
cat > out/r.xml <<XML
<testsuite name="own"><testcase name="reads &lt;notes&gt;" time="0.25"/><testcase classname="a.b" name="later"><skipped/></testcase></testsuite>
XML`
    const outcome = await rehearse(
      { 'upgrade-rehearsal.yml': config, 'suite.sh': suite },
      { env: { NOTES_PASSWORD: 'secret-password' } },
    )
    expect(outcome.exitCode, outcome.output).toBe(0)
    expect(checksOf(outcome, 'target')).toEqual(checksOf(outcome, 'baseline'))
    expect(checksOf(outcome, 'target')).toHaveLength(19)
    const junit = await readFile(join(outcome.reports, 'junit.xml'), 'utf8')
    expect(junit).toContain('target.suite.own')
    expect(junit).toContain('reads &lt;notes>')
    for (const file of ['verdict.json', 'junit.xml', 'summary.md', 'journal.jsonl']) {
      expect(await readFile(join(outcome.reports, file), 'utf8')).not.toContain('secret-password')
    }
    expect(outcome.output).not.toContain('secret-password')
  })

  test.each([
    { check: 'healthy: app', to: '2.0-crash-late', fails: false },
    { check: 'http: { get: /notes, json: { $.total: { min: 10 } } }', to: '2.0-notes-500', says: 'status 500' },
    {
      check: 'http: { get: /notes, capture: { n: $.total }, json: { $.total: "{baseline.n}" } }',
      to: '2.0-loses-data',
      says: '$.total is 5',
    },
    { check: 'exec: { service: app, run: [app, version], output: "^1\\\\.0" }', to: '2.0', says: 'output matches' },
    { check: 'run: { service: app, run: [app, version], forbid: "2\\\\.0" }', to: '2.0', says: 'output has "2.0"' },
    { check: 'log: { service: app, forbid: "migrated schema 1" }', to: '2.0', says: 'migrated schema 1 -> 2' },
    { check: 'log: { service: app, require: "started version 1" }', to: '2.0', says: 'no such line' },
    { check: 'suite: { run: "test $REHEARSAL_VERSION = 1.0" }', to: '2.0', says: 'exit code 1' },
  ])('$check shows expected and actual when it goes red on $to', async ({ check, to, says, fails = true }) => {
    // A log that is read before the application has come up is another one each time.
    const more = 'ready: { twice: false, checks: [ { http: { get: /health } } ] }'
    const outcome = await rehearse({ 'upgrade-rehearsal.yml': single({ to, smoke: `\n  - ${check}`, more }) })
    if (!fails) return expect(outcome.exitCode, outcome.output).toBe(0)
    expect(outcome.codes, outcome.output).toEqual(['SMOKE_REGRESSION'])
    expect(outcome.output.slice(outcome.output.indexOf('INCOMPATIBLE'))).toContain(says)
  })

  test.each([
    {
      name: 'a cookie',
      signIn: '{ request: { post: /login-cookie, json: { user: admin, password: secret-password } }, cookie: session }',
    },
    { name: 'a static header', signIn: '{ send: { X-Api-Key: static-key-123 } }' },
  ])('sign in with $name', async ({ signIn }) => {
    const config = single({
      smoke: '\n  - http: { get: /me, signed-in: true, json: { $.user: admin } }',
      more: `sign-in: ${signIn}`,
    })
    const outcome = await rehearse({ 'upgrade-rehearsal.yml': config })
    expect(outcome.exitCode, outcome.output).toBe(0)
  })

  test('a sign-in that fails says what came back', async () => {
    const signIn =
      'sign-in: { request: { post: /login, json: { user: admin, password: wrong } }, token: $.access_token, send: { Authorization: "{token}" } }'
    const outcome = await rehearse({ 'upgrade-rehearsal.yml': single({ more: signIn }) })
    expect(outcome.codes, outcome.output).toEqual(['BASELINE_RED'])
    expect(outcome.output).toMatch(/sign-in at \/login failed[\s\S]*status 401/)
  })

  test('a suite that writes no test case proves nothing', async () => {
    const outcome = await rehearse({
      'upgrade-rehearsal.yml': single({ smoke: '\n  - suite: { run: "true", junit: "*.xml" }' }),
    })
    expect(outcome.verdict.verdict, outcome.output).toBe('inconclusive')
    expect(outcome.output).toContain('the suite ran nothing')
  })

  test('an application that prints commands, markup and broken text changes no report', async () => {
    const config = single({
      to: '2.0-chatty',
      smoke:
        '\n  - log: { service: app, forbid: "no such thing" }\n  - exec: { service: app, run: [sh, -c, "exit 0"] }',
    })
    const outcome = await rehearse({ 'upgrade-rehearsal.yml': config })
    expect(outcome.exitCode, outcome.output).toBe(0)
    const log = await readFile(join(outcome.reports, 'logs/target/app.log'), 'utf8')
    expect(log).not.toContain('\u001b[')
  })
})
