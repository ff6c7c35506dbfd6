import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Observation } from '../../src/run/journal.ts'
import { notesDump } from './apps.ts'
import { checksOf, type Files, type Outcome, rehearse, root } from './harness.ts'

/** One service for each kind of check to look at. */
const composeFile = `
services:
  web:
    image: rehearsal-test/app:\${APP_VERSION}
    environment: { DATABASE_URL: "postgres://notes:notes-password@db/notes" }
    depends_on: { db: { condition: service_healthy } }
  db:
    image: postgres:15
    environment: { POSTGRES_USER: notes, POSTGRES_PASSWORD: notes-password, POSTGRES_DB: notes }
    healthcheck: { test: [CMD, pg_isready, "--host=127.0.0.1", "--username=notes"], interval: 500ms, retries: 60 }
  maria:
    image: mariadb:10.11
    environment: { MARIADB_USER: shop, MARIADB_PASSWORD: shop-password, MARIADB_DATABASE: shop, MARIADB_ROOT_PASSWORD: root-password }
    healthcheck: { test: [CMD, healthcheck.sh, --connect, --innodb_initialized], interval: 500ms, retries: 60 }
  s3:
    image: rehearsal-test/s3:3.7
    environment: { S3_ACCESS_KEY: example-access-key, S3_SECRET_KEY: example-secret-key, S3_BUCKETS: media }
  queue: { image: "rehearsal-test/queue:1.12" }
  store:
    image: rehearsal-test/storeit:0.1.0
    environment: { STOREIT_ADMIN_PASSWORD: example-admin-password }
  ticker:
    image: rehearsal-test/app:1.0
    command: [sh, -c, "trap exit TERM; while :; do date >> /tmp/tick.log; sleep 0.2 & wait $$!; done"]
`

const photo = Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 11) % 256))
const photoHash = createHash('sha256').update(photo).digest('hex')
const bucket =
  'endpoint: "http://s3:9000", bucket: media, access-key: example-access-key, secret-key: example-secret-key'
const metrics = 'http://web:8000/file?path=/tmp/metrics'

function files(smoke: string, more = ''): Files {
  return {
    'docker-compose.yml': composeFile,
    '.env': 'APP_VERSION=1.0\n',
    'notes.sql': notesDump(10),
    'photo.bin': photo,
    'media/a.bin': photo,
    'media/deep/b.txt': 'two',
    'upgrade-rehearsal.yml': `
name: kinds
stack: { compose: docker-compose.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: APP_VERSION } }
path: { to: "2.0" }
fixtures:
  - postgres: { service: db, dump: notes.sql }
  - s3: { ${bucket}, from: media }
  - seed: { service: maria, run: "mariadb -ushop -pshop-password shop -e \\"CREATE TABLE items (name text); INSERT INTO items VALUES ('one'), ('two')\\"" }
sign-in:
  request: { post: "http://store:8080/api/v1/auth/local/login", json: { username: admin, password: example-admin-password } }
  cookie: storeit_session
${more}
smoke:
${smoke}`,
  }
}

/** Everything that a run shows: what it printed, and every file of its reports. */
async function everything(outcome: Outcome): Promise<string> {
  const names = await readdir(outcome.reports, { recursive: true, withFileTypes: true })
  const texts = names
    .filter((entry) => entry.isFile())
    .map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8'))
  return [outcome.output, ...(await Promise.all(texts))].join('\n')
}

/** What each check that did not pass saw. */
function red(outcome: Outcome): Record<string, string> {
  const seen = outcome.entries.flatMap((entry) =>
    entry.type === 'check' && entry.observation.outcome !== 'passed' ? [[entry.check, told(entry.observation)]] : [],
  )
  return Object.fromEntries(seen)
}

function told({ outcome, expected, actual, detail }: Observation): string {
  return outcome === 'error' ? `error: ${detail}` : `${expected} | ${actual}`
}

describe('checks of every kind on a stack', () => {
  test('pass on both sides, compare with what was captured, and show no key and no signature', async () => {
    const outcome = await rehearse(
      files(`
  - sql: { name: postgres, service: db, query: "SET search_path = public; SELECT count(*) FROM notes", value: { min: 10, equals: "{baseline.notes}" }, rows: 1, capture: notes }
  - sql: { name: several rows, service: db, query: "SELECT title || E'\\\\nsecond line', NULL FROM notes ORDER BY id LIMIT 3", value: { contains: "second line" }, rows: { min: 3, max: 3 } }
  - sql: { name: no row, service: db, query: SELECT 1 WHERE false, rows: 0 }
  - sql: { name: an empty value is a row, service: db, query: "SELECT ''", rows: 1, value: "" }
  - sql: { name: mariadb, service: maria, query: SELECT count(*) FROM items, value: { equals: "{baseline.items}" }, capture: items }
  - sql: { name: a text, service: maria, query: SELECT name FROM items ORDER BY name DESC, value: two, rows: 2 }
  - s3: { name: bucket, ${bucket}, keys: { min: 2, equals: "{baseline.keys}" }, bytes: "{baseline.bytes}", capture: { keys: keys, bytes: bytes } }
  - s3: { name: object, ${bucket}, prefix: deep/, keys: 1, object: { key: a.bin, sha256: ${photoHash} } }
  - s3: { name: presigned, ${bucket}, presigned: { key: probe/of the day.txt, text: "a {version} b" } }
  - s3: { name: counted with its own probe, ${bucket}, keys: "{baseline.keys}", presigned: { key: probe.txt } }
  - tcp: { name: a port, to: "queue:11300" }
  - tcp: { name: what it says, to: "queue:11300", send: "stats\\r\\n", expect: "current-jobs-ready: \\\\d+" }
  - exec: { name: metrics, service: web, run: "printf 'jobs_total{state=\\"done\\"} 3\\\\njobs_total{state=\\"open\\"} 4\\\\nbuild_info{version=\\"%s\\"} 1\\\\n' {version} > /tmp/metrics" }
  - metric: { name: one sample, get: "${metrics}", metric: jobs_total, labels: { state: open }, equals: "{baseline.open}", min: 1, max: 4, capture: open }
  - metric: { name: their sum, get: "${metrics}", metric: jobs_total, equals: 7 }
  - metric: { name: the release, get: "${metrics}", metric: build_info, labels: { version: "{version}" } }
  - file: { name: a file, service: web, path: /tmp/metrics, min-size: 20B, text: '^build_info.*"{version}"', capture: { bytes: size, sha256: hash } }
  - file: { name: the same file, service: web, path: /tmp/metrics, sha256: "{captured.hash}" }
  - file: { name: a folder, service: web, path: /tmp }
  - file: { name: no file, service: web, path: /tmp/none, exists: false }
  - file: { name: it grows, service: ticker, path: /tmp/tick.log, grows: true }
  - http: { name: an item, post: "http://store:8080/api/v1/items", signed-in: true, body: { name: a photo, quantity: 1, location: here }, status: 201, capture: { item: $.id } }
  - upload: { name: its photo, post: "http://store:8080/api/v1/photos", field: file, form: { entity_type: item, entity_id: "{captured.item}" }, file: photo.bin, signed-in: true, status: 201, json: { $.sha256: ${photoHash} } }
  - http: { name: the photo comes back, get: "http://store:8080/api/v1/photos/{captured.item}/file", signed-in: true, sha256: ${photoHash} }
  - upload: { name: a plain body, put: /echo, file: photo.bin, headers: { X-Version: "{version}" }, json: { $.method: PUT, $.headers.content-length: "5000", $.headers.x-version: "{version}" } }
  - upload: { name: a form, post: /echo, field: photo, form: { of: "{version}" }, file: photo.bin, text: 'name=.{2}photo.{2}; filename=.{2}photo.bin', json: { $.headers.content-type: { matches: "^multipart/form-data; boundary=" } } }
  - http: { name: by another way, get: "http://notes.example:81/echo", via: "http://web:8000", json: { $.headers.host: "notes.example:81", $.path: /echo } }
  - exec: { name: an address, service: s3, run: "echo http://s3:9000/health?X-Amz-Credential=feed-cafe\\\\&X-Amz-Signature=beefbeefbeef", capture: { address: "http.*" } }
  - http: { name: a captured address, get: "{captured.address}", via: "http://s3:9000", text: ok }
  - http: { name: a captured value in a header, get: /echo, headers: { Authorization: "Bearer {baseline.notes}" }, json: { $.headers.authorization: Bearer 10 } }
`),
    )
    expect(outcome.exitCode, outcome.output).toBe(0)
    expect(red(outcome)).toEqual({})
    expect(checksOf(outcome, 'target')).toHaveLength(30)
    const shown = await everything(outcome)
    expect(shown).toContain('a captured address')
    expect(shown).not.toMatch(/X-Amz-Signature=(?!\*\*\*)/)
    for (const secret of ['example-secret-key', 'beefbeef', 'feed-cafe', 'example-admin-password', 'shop-password'])
      expect(shown).not.toContain(secret)
  })

  test('say what they expected and what they found when they are red', async () => {
    const wrongKey = bucket.replace('example-secret-key', 'another-secret-key')
    const noBucket = bucket.replace('bucket: media', 'bucket: nothing')
    const outcome = await rehearse(
      files(
        `
  - sql: { name: wrong value, service: db, query: SELECT count(*) FROM notes, value: 11 }
  - sql: { name: wrong rows, service: db, query: SELECT title FROM notes, rows: 3 }
  - sql: { name: no table, service: db, query: SELECT count(*) FROM nothing, value: 1 }
  - sql: { name: no table in mariadb, service: maria, query: SELECT 1 FROM nothing }
  - sql: { name: nothing to capture, service: db, query: SELECT 1 WHERE false, capture: none, value: "{baseline.none}" }
  - sql: { name: which database, service: ticker, query: SELECT 1 }
  - sql: { name: no client, service: ticker, engine: postgres, query: SELECT 1 }
  - sql: { name: no client either, service: ticker, engine: mysql, query: SELECT 1 }
  - s3: { name: wrong key, ${wrongKey}, keys: { min: 1 } }
  - s3: { name: no bucket, ${noBucket}, keys: { min: 1 } }
  - s3: { name: too few keys, ${bucket}, keys: { min: 3 } }
  - s3: { name: no object, ${bucket}, object: { key: none.txt } }
  - s3: { name: another object, ${bucket}, object: { key: a.bin, sha256: ${'a'.repeat(64)} } }
  - s3: { name: no such service, ${bucket.replace('s3:9000', 'web:9000')}, keys: 1 }
  - tcp: { name: nobody there, to: "web:9999" }
  - tcp: { name: another answer, to: "queue:11300", send: "nonsense\\r\\nquit\\r\\n", expect: OK }
  - metric: { name: no endpoint, get: /metrics, metric: jobs_total }
  - exec: { name: metrics, service: web, run: "echo 'jobs_total{state=\\"done\\"} 3' > /tmp/metrics" }
  - metric: { name: no metric, get: "${metrics}", metric: jobs_failed }
  - metric: { name: no such label, get: "${metrics}", metric: jobs_total, labels: { state: open } }
  - metric: { name: too low, get: "${metrics}", metric: jobs_total, labels: { state: done }, min: 4 }
  - file: { name: no file, service: web, path: /tmp/none }
  - file: { name: a file, service: web, path: /tmp/metrics, exists: false }
  - file: { name: too small, service: web, path: /tmp/metrics, min-size: 1KiB }
  - file: { name: another hash, service: web, path: /tmp/metrics, sha256: ${'a'.repeat(64)} }
  - file: { name: no text, service: web, path: /tmp/metrics, text: open }
  - file: { name: it stays, service: web, path: /tmp/metrics, grows: true }
  - file: { name: not to be read, service: db, path: /proc/1/mem }
  - upload: { name: nothing to send, put: /echo, file: nothing.bin }
  - upload: { name: not taken, put: /nothing, file: photo.bin, status: 201 }
  - http: { name: nobody answers, get: "http://web:9998/" }
  - graphql: { name: no GraphQL, query: "{ version }", post: /version }
`,
        'ready: { checks: [ http: { get: /health } ] }',
      ),
    )
    expect(outcome.exitCode, outcome.output).toBe(21)
    expect(red(outcome)).toEqual({
      'wrong value': '$.value equals 11 | $.value is 10',
      'wrong rows': '$.rows equals 3 | $.rows is 10',
      'no table': 'the query runs | ERROR:  relation "nothing" does not exist',
      'no table in mariadb': expect.stringMatching(/^the query runs \| ERROR 1146 .*'shop.nothing' doesn't exist$/),
      'nothing to capture': '$.value can be compared | nothing was captured as {baseline.none} before it was used',
      'which database': 'error: which database is ticker? name it with "engine": postgres, mysql, sqlite',
      'no client': 'error: ticker has no psql in it to ask with: is it the database?',
      'no client either': 'error: ticker has no mariadb or mysql in it to ask with: is it the database?',
      'wrong key': 'bucket media can be read | GET media: SignatureDoesNotMatch',
      'no bucket': 'bucket nothing can be read | GET nothing: NoSuchBucket',
      'too few keys': 'media: $.keys is at least 3 | $.keys is 2',
      'no object': 'none.txt can be read | GET media/none.txt: NoSuchKey',
      'another object': `a.bin has sha256 ${'a'.repeat(64)} | sha256 ${photoHash}`,
      'no such service': expect.stringMatching(/^http:\/\/web:9000 answers \| (socket hang up|read ECONNRESET)/),
      'nobody there': expect.stringMatching(
        /^web:9999 takes connections \| (the connection was closed|read ECONNRESET)/,
      ),
      'another answer': 'queue:11300 answers /OK/ | got "UNKNOWN_COMMAND\\r\\n"',
      'no endpoint': 'status 200 | status 404',
      'no metric': 'jobs_failed is there | 0 samples of jobs_failed, none of them fits',
      'no such label': 'jobs_total{state="open"} is there | 1 samples of jobs_total, none of them fits',
      'too low': 'jobs_total{state="done"} is at least 4 | jobs_total{state="done"} is 3',
      'no file': '/tmp/none exists | there is no such file',
      'a file': '/tmp/metrics does not exist | it does',
      'too small': '/tmp/metrics has at least 1024 bytes | 27 bytes',
      'another hash': expect.stringMatching(/^sha256 a{64} \| sha256 [0-9a-f]{64} \(27 bytes\)$/),
      'no text': '/tmp/metrics has /open/ | no match in 27 bytes',
      'it stays': '/tmp/metrics grows | it stays at 27 bytes',
      'not to be read': expect.stringMatching(/^error: \/proc\/1\/mem in db: /),
      'nothing to send': 'error: the file nothing.bin does not exist',
      'not taken': 'status 201 | status 404',
      'nobody answers': expect.stringMatching(/^status 2xx \| (socket hang up|read ECONNRESET)/),
      'no GraphQL': 'status 2xx | status 404',
    })
    const shown = await everything(outcome)
    expect(shown).not.toMatch(/X-Amz-|another-secret-key|example-secret-key/)
  })
})

/** One container with SQLite, a GraphQL API and sessions that outlive an upgrade. */
async function screens(smoke: string, more: { to?: string; signIn?: string } = {}): Promise<Files> {
  const folder = join(root, 'examples/svrunner')
  return {
    'files.tar.zst': await readFile(join(folder, 'fixtures/files.tar.zst')),
    'prod.env': await readFile(join(folder, 'prod.env')),
    'upgrade-rehearsal.yml': `
name: screens
stack: { image: "rehearsal-test/svrunner:1.4.0", ports: [8080], volumes: ["files:/app/files"], env-file: prod.env }
path: { to: ${more.to ?? '1.5.0'} }
fixtures:
  - volume: { name: files, archive: files.tar.zst }
sign-in: ${
      more.signIn ??
      `
  graphql:
    mutation: 'mutation In($login: String!) { signIn(login: $login, password: "example-admin-password") { token } }'
    variables: { login: admin }
  token: $.data.signIn.token
  send: { Authorization: "{token}" }`
    }
smoke:
${smoke}`,
  }
}

const fixed = 'example-session-of-admin.30856f045968e879ff09655adad770bf2c4dcffe46c4c7e346b4457dd42e5a9c'
const signInOnce = `
  - graphql: { name: signs in, mutation: '{ signIn(login: "alice", password: "example-password-alice") { token } }', capture: { token: $.data.signIn.token } }`
const oldSession = `
  - graphql: { name: the session is still good, query: "{ me { login } }", headers: { Authorization: "{baseline.token}" }, json: { $.data.me.login: alice } }`

describe('GraphQL', () => {
  test('signed in by a mutation, by a key of its own, and by a token from before the upgrade', async () => {
    const outcome = await rehearse(
      await screens(`${signInOnce}${oldSession}
  - graphql: { name: signed in, query: "{me{login}}", signed-in: true, json: { $.data.me.login: admin } }
  - graphql: { name: a key of its own, query: "{ me { login } }", headers: { Authorization: ${fixed} }, json: { $.data.me.login: admin } }
  - graphql: { name: nobody, query: "{ me { login } }", json: { $.data.me: null } }
  - graphql: { name: a field called version, query: "{version}", json: { $.data.version: "{version}" } }
  - graphql: { name: counted, query: "{ screens { id } }", signed-in: true, capture: { screens: { count: "$.data.screens[*]" } }, json: { "$.data.screens[*]": { count: "{baseline.screens}" } } }
  - graphql: { name: variables, query: "query One($id: ID!) { screen(id: $id) { id } }", variables: { id: "3" }, signed-in: true, json: { $.data.screen.id: "3" } }
  - graphql: { name: expected errors, query: "{ screens { id } }", errors: true, json: { "$.errors[0].message": not signed in } }
  - sql: { name: sqlite, service: app, file: /app/files/local.db, query: SELECT count(*) FROM screens, value: "{captured.screens}" }`),
    )
    expect(outcome.exitCode, outcome.output).toBe(0)
    expect(red(outcome)).toEqual({})
    const shown = await everything(outcome)
    for (const secret of [fixed, 'example-admin-password', 'example-password-alice', 'example-signing-secret'])
      expect(shown).not.toContain(secret)
    expect(shown).not.toMatch(/"token":"(?!\*)/)
  })

  test('a release that forgets its sessions is told by the token from before', async () => {
    const outcome = await rehearse(await screens(`${signInOnce}${oldSession}`, { to: '1.5.1-lost-sessions' }))
    expect(outcome.codes, outcome.output).toEqual(['SMOKE_REGRESSION'])
    expect(outcome.verdict.reasons[0]?.message).toContain(
      'the session is still good passed on the baseline and fails after the upgrade: expected $.data.me.login equals "alice", got $.data.me.login is absent',
    )
  })

  test('an error in an answer of status 200 is red, and so is an expected one that is missing', async () => {
    const outcome = await rehearse(
      await screens(`
  - graphql: { name: not signed in, query: "{ screens { id } }" }
  - graphql: { name: no such field, query: "{ nothing }" }
  - graphql: { name: no error, query: "{ version }", errors: true }
  - sql: { name: no such table, service: app, file: /app/files/local.db, query: SELECT 1 FROM missing }
  - sql: { name: no such database, service: app, file: /app/files/none.db, query: SELECT 1 }`),
    )
    expect(red(outcome)).toEqual({
      'not signed in': expect.stringMatching(
        /^\$\.errors\[0\] does not exist \| \$\.errors\[0\] is \{"message":"not signed in"/,
      ),
      'no such field': expect.stringContaining('Cannot query field'),
      'no error': '$.errors[0] exists | $.errors[0] is absent',
      'no such table': expect.stringMatching(/^the query runs \| .*no such table: missing/),
      'no such database': expect.stringMatching(/^the query runs \| .*unable to open database/),
    })
  })

  test('a sign-in that is refused with status 200 says why', async () => {
    const outcome = await rehearse(
      await screens('  - graphql: { query: "{ version }" }', {
        signIn: `
  graphql: { mutation: '{ signIn(login: "admin", password: "wrong-password") { token } }' }
  token: $.data.signIn.token
  send: { Authorization: "{token}" }`,
      }),
    )
    expect(outcome.codes, outcome.output).toEqual(['BASELINE_RED'])
    expect(outcome.verdict.reasons[0]?.message).toMatch(
      /^sign-in at \/graphql failed: expected a token at \$\.data\.signIn\.token, got .*wrong/,
    )
    expect(await everything(outcome)).not.toContain('wrong-password')
  })
})
