import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compose, composeFile, countNotes, notesDump, single } from './apps.ts'
import { checksOf, docker, logFiles, type Outcome, rehearse } from './harness.ts'

/** The note keeper with a worker beside it and a tool that depends on both. */
const withWorker = composeFile.replace(
  'volumes: { db-data: }',
  `  worker:
    image: rehearsal-test/app:\${APP_VERSION}
    command: [sh, -c, "trap exit TERM; while :; do sleep 1 & wait $$!; done"]
  tool:
    image: rehearsal-test/app:\${APP_VERSION}
    environment: { DATABASE_URL: "postgres://notes:notes-password@db/notes" }
    command: [sh, -c, "trap exit TERM; while :; do sleep 1 & wait $$!; done"]
    depends_on: [web, worker]
volumes: { db-data: }`,
)

function upgrade(text: string, file = withWorker) {
  const files = compose({ more: `upgrade:\n${text}` })
  return { ...files, 'docker-compose.yml': file, 'notes.sql': notesDump(10) }
}

const stepLog = async (outcome: Outcome) => {
  const name = (await logFiles(outcome)).find((file) => file.startsWith('steps/hop'))
  return name === undefined ? '' : await readFile(join(outcome.reports, 'logs', name), 'utf8')
}

describe('migrate', () => {
  test('runs the migration once, while what was quiesced stands still', async () => {
    const outcome = await rehearse(
      upgrade(`  strategy: migrate
  quiesce: [web, worker]
  migrate: { service: web, run: [app, migrate], require: "schema 1 -> 2", forbid: error }`),
    )
    expect(outcome.exitCode, outcome.output).toBe(0)
    const [hop] = outcome.verdict.hops
    expect(hop?.commands).toMatchObject([{ exitCode: 0, migration: true }])
    expect(await stepLog(outcome)).toContain('migrated schema 1 -> 2\nmigrated schema 2 -> 3')
    expect(outcome.output).toMatch(/quiesce web, worker/)
    expect(checksOf(outcome, 'target')).toEqual(['no note is lost: passed'])
    // What the stopped services printed was kept before they were replaced.
    expect(await logFiles(outcome)).toEqual(expect.arrayContaining(['baseline/web-1.log', 'target/web-1.log']))
  })

  test('that starts its dependencies undoes the quiesce, and that is seen', async () => {
    const outcome = await rehearse(
      upgrade(`  strategy: migrate
  quiesce: [web, worker]
  migrate: { service: tool, run: [app, migrate], dependencies: true }`),
    )
    expect(outcome.codes, outcome.output).toContain('NOT_QUIESCED')
    expect(outcome.exitCode).toBe(21)
  })

  test('that tells of its failure and exits 0 is a failed migration', async () => {
    const outcome = await rehearse(
      upgrade(`  strategy: migrate
  quiesce: [web, worker]
  migrate: { service: web, run: 'test "{version}" = 1.0 || echo Upgrade cancelled due to migration failure', forbid: cancelled }`),
    )
    expect(outcome.codes, outcome.output).toEqual(['MIGRATION_FAILED'])
    expect(outcome.exitCode).toBe(20)
    expect(outcome.verdict.reasons[0]?.message).toContain('Upgrade cancelled due to migration failure')
  })
})

describe('steps', () => {
  test('in the order of the guide: a dump, down, the new release, a one-shot, up', async () => {
    const outcome = await rehearse(
      upgrade(
        `  strategy: steps
  steps:
    - exec: { service: db, run: "pg_dump -U notes notes > /tmp/notes.sql && wc -l /tmp/notes.sql", require: notes.sql }
    - command: { run: 'test -n "$BASE_URL$WEB_URL" && echo reachable', require: reachable }
    - down: true
    - pull: true
    - up: [db]
    - run: { service: web, run: [app, migrate] }
    - up: all`,
        composeFile,
      ),
    )
    expect(outcome.exitCode, outcome.output).toBe(0)
    expect(outcome.verdict.hops[0]?.commands.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0])
  })

  test('one that fails before anything of the target ran blames nobody', async () => {
    const outcome = await rehearse(
      upgrade(
        `  strategy: steps
  steps:
    - exec: { service: db, run: "pg_dump -U '\\"$POSTGRES_USER\\"' notes" }
    - stop: all
    - up: all`,
        composeFile,
      ),
    )
    expect(outcome.codes, outcome.output).toEqual(['STEP_FAILED'])
    expect(outcome.exitCode).toBe(21)
    expect(outcome.output).toContain('role')
  })

  test('one that fails on the stopped source, after the change of the pin, blames nobody either', async () => {
    const outcome = await rehearse(
      upgrade(
        `  strategy: steps
  steps:
    - pull: true
    - exec: { service: db, run: "echo no space left >&2; exit 3" }
    - up: all`,
        composeFile,
      ),
    )
    expect(outcome.codes, outcome.output).toEqual(['STEP_FAILED'])
    expect(outcome.verdict.reasons[0]?.message).toContain('ended with exit code 3')
  })
})

test('rolling: one container at a time, both releases serve meanwhile', async () => {
  const replicated = composeFile.replace('restart: always', 'restart: always\n    deploy: { replicas: 2 }')
  const files = upgrade(
    `  strategy: rolling
  migrate: { service: web, run: [app, migrate] }
  order: [web]
  between:
    - http: { name: the old one serves, get: "http://web.old:8000/version", text: "1\\\\.0" }
    - http: { name: the new one serves, get: "http://web.new:8000/version", text: "{target.version}" }`,
    replicated.replace('ports: ["8000:8000"]', 'expose: ["8000"]'),
  )
  const outcome = await rehearse(files)
  expect(outcome.exitCode, outcome.output).toBe(0)
  expect(checksOf(outcome, 'target')).toEqual([
    'the old one serves, after web 1 of 2: passed',
    'the new one serves, after web 1 of 2: passed',
    'the new one serves, after web 2 of 2: passed',
    'no note is lost: passed',
  ])
})

test('transfer: an export of the source goes into a fresh store of the target', async () => {
  const outcome = await rehearse({
    'upgrade-rehearsal.yml': single({
      smoke: countNotes,
      more: `upgrade:
  strategy: transfer
  export: { exec: { service: app, run: [cat, /data/notes.db] } }
  fresh: data
  import: { service: app, mount: /export.db, run: "test ! -e /data/notes.db && cp /export.db /data/notes.db && echo imported", require: imported }`,
    }),
  })
  expect(outcome.exitCode, outcome.output).toBe(0)
  expect(checksOf(outcome, 'target')).toEqual(['no note is lost: passed'])
})

test.each([
  [
    'answers with what is not JSON',
    'poll: { get: /bytes, until: { $.state: done } }',
    '/bytes answers with what is not JSON',
  ],
  ['is not there', 'start: { post: /export }', '/export answers 404'],
])('transfer: an export through an API that %s blames nobody', async (_, api, message) => {
  const outcome = await rehearse({
    'upgrade-rehearsal.yml': single({
      smoke: countNotes,
      more: `upgrade:
  strategy: transfer
  export: { api: { ${api}, download: { get: /notes } } }
  fresh: data
  import: { service: app, mount: /e, run: "cat /e" }`,
    }),
  })
  expect(outcome.codes, outcome.output).toEqual(['STEP_FAILED'])
  expect(outcome.verdict.reasons[0]?.message).toContain(`the export failed: ${message}`)
})

test('stack files that differ: own settings are carried forward, and what changes is told', async () => {
  const files = compose()
  const newer = composeFile
    .replace('restart: always', 'restart: always\n    deploy: { replicas: 1 }')
    .replace(
      'DATABASE_URL: "',
      'GREETING: "${GREETING:?is required}", OWN: "${OWN}", LEVEL: "${LOG_LEVEL}", DATABASE_URL: "',
    )
    .replace(
      'volumes: { db-data: }',
      '  cache:\n    image: rehearsal-test/app:1.0\n    command: [sleep, infinity]\n    init: true\nvolumes: { db-data: }',
    )
  const outcome = await rehearse({
    ...files,
    'notes.sql': notesDump(10),
    'new.yml': newer,
    '.env': 'APP_VERSION=1.0\nOWN=kept\nLOG=debug\n',
    'new.env': 'APP_VERSION=9.9\nOWN=default\n',
    'upgrade-rehearsal.yml': files['upgrade-rehearsal.yml']
      .replace(
        /^stack:.*$/m,
        'stack:\n  compose: { from: docker-compose.yml, to: new.yml }\n  env-file: { from: .env, to: new.env }\n  settings: { rename: { LOG: LOG_LEVEL }, set: { GREETING: hello } }\n  address: http://web:8000',
      )
      .replace(
        'smoke:',
        'smoke:\n  - exec: { service: web, run: "echo own=$OWN level=$LEVEL", output: "own=(kept)?" }',
      ),
  })
  expect(outcome.exitCode, outcome.output).toBe(0)
  const told = outcome.verdict.hops[0]?.changes.map(({ service, part, text }) => `${service} ${part}: ${text}`)
  expect(told).toEqual([
    'cache service: added, rehearsal-test/app:1.0',
    'web image: rehearsal-test/app:1.0 → rehearsal-test/app:2.0',
    'web variables: added GREETING, LEVEL, OWN',
  ])
  expect(outcome.output).toContain('what else changes from 1.0 to 2.0')
  expect(outcome.output).not.toContain('hello')
})

test('a volume that the procedure names and the stack lacks is refused before anything starts', async () => {
  const outcome = await rehearse({
    'upgrade-rehearsal.yml': single({
      more: `upgrade:
  strategy: steps
  steps:
    - stop: all
    - move: { volume: dta, from: notes.db, to: old.db }
    - up: all`,
    }),
  })
  expect(outcome.exitCode, outcome.output).toBe(64)
  expect(outcome.output).toMatch(/upgrade-rehearsal\.yml:\d+:\d+: the stack has no volume "dta"; did you mean "data"\?/)
})

test('files are moved and volumes emptied as the steps say', async () => {
  const outcome = await rehearse({
    'upgrade-rehearsal.yml': single({
      more: `upgrade:
  strategy: steps
  steps:
    - stop: all
    - move: { volume: data, from: notes.db, to: saved.db }
    - up: all
    - ready: true
    - exec: { service: app, run: "test -e /data/saved.db && echo saved", require: saved }`,
    }),
  })
  // The release makes an empty database where the old one is not: healthy, and the notes are gone. With the old release in
  // its own place it is the same: it is the procedure that loses them, not the upgrade.
  expect(outcome.codes, outcome.output).toEqual(['BASELINE_RED'])
  expect(outcome.output).toContain('it is the same when the source takes its own place')
})

test('a volume that only an image asks for goes, also where the target mounts another one in its place', async () => {
  const cache = '  cache:\n    image: redis:7\n'
  const older = composeFile.replace('volumes: { db-data: }', `${cache}volumes: { db-data: }`)
  const newer = composeFile.replace(
    'volumes: { db-data: }',
    `${cache}    volumes: ["cache-data:/data"]\nvolumes: { db-data: , cache-data: }`,
  )
  const files = compose()
  const config = files['upgrade-rehearsal.yml'].replace(
    /^stack:.*$/m,
    'stack: { compose: { from: docker-compose.yml, to: new.yml }, address: "http://web:8000" }',
  )
  const dangling = async () => (await docker('volume', 'ls', '--quiet', '--filter', 'dangling=true')).split('\n')
  const earlier = new Set(await dangling())
  const outcome = await rehearse({
    ...files,
    'docker-compose.yml': older,
    'new.yml': newer,
    'notes.sql': notesDump(10),
    'upgrade-rehearsal.yml': config,
  })
  expect(outcome.exitCode, outcome.output).toBe(0)
  const left = async () => (await dangling()).filter((name) => /^[0-9a-f]{64}$/.test(name) && !earlier.has(name))
  // A rehearsal beside this one may be about to remove its own.
  await expect.poll(left, { timeout: 8_000 }).toEqual([])
})
