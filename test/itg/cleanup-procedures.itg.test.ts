import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { pollUntil } from '../../src/run/poll.ts'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { compose, composeFile, notesDump, single } from './apps.ts'
import { docker, type Files, leftovers, makeFolder, rehearse, rehearseIn, runCli } from './harness.ts'

const run = promisify(execFile)

const procedure = (text: string) => `upgrade:\n${text}`
const composed = (text: string, file = composeFile) => ({
  ...compose({ more: procedure(text) }),
  'docker-compose.yml': file,
  'notes.sql': notesDump(3),
})

/** A build that takes its time. */
const builtSlowly = {
  'docker-compose.yml': 'services: { web: { build: ., expose: ["8000"] } }\n',
  Dockerfile: 'ARG BASE=v1.0\nFROM rehearsal-test/app:1.0\nRUN sleep 25.25\n',
  'upgrade-rehearsal.yml': `
name: built
stack: { compose: docker-compose.yml, address: "http://web:8000", source: { checkout: ., pull: false } }
pin: { dockerfile: { file: Dockerfile } }
path: { to: "2.0" }
smoke: [{ http: { get: /health } }]
`,
}

const phases: [string, Files, RegExp][] = [
  [
    'a one-shot that ignores SIGTERM',
    composed(`  strategy: migrate
  quiesce: [web]
  migrate: { service: web, run: "trap '' TERM INT; echo working; while :; do sleep 1; done" }`),
    /^ +working$/m,
  ],
  [
    'an export',
    {
      'upgrade-rehearsal.yml': single({
        more: procedure(`  strategy: transfer
  export: { exec: { service: app, run: "echo exporting >&2; sleep 60", file: /x } }
  fresh: data
  import: { service: app, mount: /x, run: [cat, /x] }`),
      }),
    },
    /^ +exporting$/m,
  ],
  ['a build', builtSlowly, /1 prepare\n/],
  [
    'the upload of an import',
    {
      'upgrade-rehearsal.yml': single({
        fixtures: '\n  - import: { service: app, archive: a.bin, upload: { post: "/slow?ms=20000" }, within: 60s }',
      }),
      'a.bin': Buffer.alloc(1024, 7),
    },
    /2 baseline 1\.0\n[\s\S]*✓ .*all services ready/,
  ],
  [
    'a rolling upgrade, between two containers',
    composed(
      `  strategy: rolling
  order: [web]
  between: [{ http: { get: "http://web.new:8000/slow?ms=20000" } }]`,
      composeFile
        .replace('restart: always', 'deploy: { replicas: 2 }')
        .replace('ports: ["8000:8000"]', 'expose: ["8000"]'),
    ),
    /✓ .* replace web 1 of 2[\s\S]*✓ .*is ready/,
  ],
  [
    'the stop of what ignores SIGTERM',
    { 'upgrade-rehearsal.yml': single({ from: '2.0-stubborn', to: '2.0', more: 'upgrade: { grace: 60s }' }) },
    /baseline 2\.0-stubborn[\s\S]*✓ .*no note is lost/,
  ],
]

async function verdictIn(folder: string): Promise<Verdict> {
  return JSON.parse(await readFile(join(folder, 'upgrade-report/verdict.json'), 'utf8'))
}

describe('interrupted', () => {
  test.each(phases)('in %s, nothing is left and it ends in time', async (_, files, mark) => {
    const folder = await makeFolder(files)
    let interruptedAt = 0
    let seen = false
    const outcome = await rehearseIn(folder, {
      onOutput: (soFar, child) => {
        if (seen || !mark.test(soFar)) return
        seen = true
        // A build prints nothing on its way.
        const atWork =
          files === builtSlowly ? pollUntil(isBuilding, { signal: AbortSignal.timeout(20_000) }) : undefined
        Promise.resolve(atWork).then(() => {
          interruptedAt = performance.now()
          child.kill('SIGINT')
        })
      },
    })
    expect(interruptedAt, outcome.output).toBeGreaterThan(0)
    expect(performance.now() - interruptedAt).toBeLessThan(7_000)
    expect(outcome.exitCode, outcome.output).toBe(130)
    expect(outcome.codes).toEqual(['CANCELLED'])
    expect(await imagesOf(outcome.verdict.runId)).toBe('')
    expect(await isBuilding()).toBe(false)
  })
})

/** Whether the engine, on this machine, is at the build's own command. */
async function isBuilding(): Promise<boolean> {
  return (await run('ps', ['-eo', 'args'])).stdout.split('\n').includes('sleep 25.25')
}

/** What was built for a run. */
async function imagesOf(runId: string): Promise<string> {
  return (await docker('image', 'ls', '--quiet', '--filter', `label=upgrade-rehearsal.run=${runId}`)).trim()
}

test('a run that is killed during a one-shot leaves what clean removes, the template beside the stack too', async () => {
  const folder = await makeFolder(phases[0]?.[1] ?? {})
  await runCli(folder, ['run'], {
    onOutput: (soFar, child) => {
      if (/^ +working$/m.test(soFar)) child.kill('SIGKILL')
    },
  })
  const { runId, verdict } = await verdictIn(folder)
  expect(verdict).toBe('inconclusive')
  const roles = await docker(
    'ps',
    '--all',
    '--filter',
    `label=upgrade-rehearsal.run=${runId}`,
    '--format',
    '{{.Labels}}',
  )
  expect(roles).toMatch(/role=once/)
  expect(roles).toMatch(/role=template/)
  const { exitCode, output } = await runCli(folder, ['clean', '--run', runId])
  expect(exitCode, output).toBe(0)
  expect(await leftovers(runId)).toEqual([])
})

/** It is told to stop only when the newer container takes its place, and then ends with 143. */
const sidecar = composeFile.replace(
  'volumes: { db-data: }',
  `  side:
    image: rehearsal-test/app:\${APP_VERSION}
    environment: { DATABASE_URL: "postgres://notes:notes-password@localhost/notes" }
    network_mode: "service:db"
    command: [sh, -c, "trap exit TERM; while :; do sleep 1 & wait $$!; done"]
  job:
    image: rehearsal-test/app:\${APP_VERSION}
    environment: { DATABASE_URL: "postgres://notes:notes-password@db/notes" }
    deploy: { replicas: 0 }
volumes: { db-data: }`,
)

test('one-shots of a service without replicas, and of one that shares the network of another', async () => {
  const outcome = await rehearse(
    composed(
      `  strategy: migrate
  quiesce: [web]
  migrate: { service: side, run: [app, migrate], require: "schema 1 -> 2" }
  after:
    - run: { service: job, run: [app, version], require: "2\\\\.0" }`,
      sidecar,
    ),
  )
  expect(outcome.exitCode, outcome.output).toBe(0)
})

describe('what a one-shot did is not guessed', () => {
  const once = (run: string) =>
    single({
      more: procedure(`  strategy: steps
  steps:
    - stop: all
    - pull: true
    - run: { service: app, run: ${run} }
    - up: all`),
    })

  test('one whose program the image lacks has run nothing of the target', async () => {
    const outcome = await rehearse({ 'upgrade-rehearsal.yml': once('[no-such-program]') })
    expect(outcome.codes, outcome.output).toEqual(['STEP_FAILED'])
  })

  test('what it prints is searched whole, however much that is', async () => {
    const much = 'seq -f %0500.0f 4000'
    const outcome = await rehearse({
      'upgrade-rehearsal.yml': once(`"${much}; test {version} = 1.0 || echo cancelled; ${much}", forbid: cancelled`),
    })
    expect(outcome.codes, outcome.output).toEqual(['MIGRATION_FAILED'])
    expect(outcome.verdict.reasons[0]?.message).toContain('printed "cancelled"')
  })
})

test('built from refs, the data in a folder of the operator stays; nothing is written beside the folder', async () => {
  const outside = await makeFolder({})
  const folder = await makeFolder({
    'docker-compose.yml': `services: { web: { build: ., expose: ["8000"], volumes: ["./data:/data", "./conf:/conf"] } }`,
    '.gitignore': '*.env\ndata/*\n!data/.keep\nupgrade-report\n',
    'data/.keep': '',
    'conf/tracked': '1',
    'conf/own.env': 'own\n',
    'links/own.env': 'own\n',
    'links/.keep': '',
    '.env': 'APP_REF=v1.0\n',
    'upgrade-rehearsal.yml': `
name: built
stack: { compose: docker-compose.yml, address: "http://web:8000", source: { git: ., pull: false } }
pin: { env: { file: .env, key: APP_REF } }
path: { tags: "v{version}", to: "2.0" }
fixtures: [{ seed: { service: web, run: [app, seed, "5"] } }]
smoke:
  - http: { get: /notes, json: { $.total: 5 } }
  - exec: { service: web, run: "cat /conf/tracked /conf/own.env", output: "{version}own" }
`,
  })
  const git = async (...argv: string[]) => {
    const who = ['-c', 'user.name=test', '-c', 'user.email=test@example.com']
    await run('git', ['-C', folder, ...who, ...argv])
  }
  await git('init', '--quiet')
  const commit = async (version: string) => {
    await writeFile(join(folder, 'Dockerfile'), `FROM rehearsal-test/app:${version}\n`)
    await writeFile(join(folder, 'conf/tracked'), version)
    await git('add', '--all')
    await git('commit', '--quiet', '--message', version)
    await git('tag', `v${version}`)
  }
  await commit('1.0')
  await rm(join(folder, 'links'), { recursive: true })
  await symlink(outside, join(folder, 'links'))
  await commit('2.0')
  await rm(join(folder, 'links'))
  await mkdir(join(folder, 'links'))
  await writeFile(join(folder, 'links/own.env'), 'own\n')
  const outcome = await rehearseIn(folder)
  expect(outcome.exitCode, outcome.output).toBe(0)
  expect(await readdir(outside)).toEqual([])
})
