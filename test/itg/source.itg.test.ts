import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { docker, makeFolder, type Outcome, rehearseIn } from './harness.ts'
import { publish, startRegistry } from './registry.ts'

const run = promisify(execFile)
const git = async (folder: string, ...argv: string[]) => {
  const who = ['-c', 'user.name=test', '-c', 'user.email=test@example.com']
  await run('git', ['-C', folder, ...who, ...argv])
}

const compose = `
services:
  web:
    build: .
    environment: { OWN: "\${OWN}" }
    volumes: ["data:/data"]
    expose: ["8000"]
volumes: { data: }
`
const config = (stack: string, pin: string) => `
name: built
stack: { compose: docker-compose.yml, address: "http://web:8000", source: ${stack} }
pin: ${pin}
path: { tags: "v{version}", to: "2.0" }
fixtures: [{ seed: { service: web, run: [app, seed, "5"] } }]
smoke:
  - http: { get: /notes, json: { $.total: 5 } }
  - http: { get: /version, text: "{version}" }
  - http: { get: "/env?name=OWN", text: kept }
`

/** Images that carry the label of a run: what was built has to go with it. */
const builtBy = async (outcome: Outcome) =>
  (await docker('image', 'ls', '--quiet', '--filter', `label=upgrade-rehearsal.run=${outcome.verdict.runId}`)).trim()

test('releases are built from the refs of a git repository, beside the settings that it does not hold', async () => {
  const folder = await makeFolder({
    'docker-compose.yml': compose,
    Dockerfile: 'FROM rehearsal-test/app:1.0\n',
    '.gitignore': '.env\n',
    '.env': 'APP_REF=v1.0\nOWN=kept\n',
    'upgrade-rehearsal.yml': config('{ git: ., pull: false }', '{ env: { file: .env, key: APP_REF } }'),
  })
  await git(folder, 'init', '--quiet')
  for (const version of ['1.0', '2.0']) {
    await writeFile(join(folder, 'Dockerfile'), `FROM rehearsal-test/app:${version}\n`)
    await git(folder, 'add', '--all')
    await git(folder, 'commit', '--quiet', '--message', version)
    await git(folder, 'tag', `v${version}`)
  }
  const outcome = await rehearseIn(folder)
  expect(outcome.exitCode, outcome.output).toBe(0)
  expect(outcome.verdict.to.images).toMatchObject([{ service: 'web', reference: 'source/web:v2.0' }])
  expect(await builtBy(outcome)).toBe('')

  const missing = await rehearseIn(folder, { args: ['--to', '3.0'] })
  expect(missing.exitCode).toBe(64)
  expect(missing.output).toMatch(/upgrade-rehearsal\.yml:3:\d+: the repository has no ref "v3\.0"/)
})

test('a way back has the files of the release that it goes back to', async () => {
  const text = config('{ git: ., pull: false }', '{ env: { file: .env, key: APP_REF } }')
  const read = '  - exec: { name: own files, service: web, run: [cat, /conf/release], output: "^{version}$" }\n'
  const folder = await makeFolder({
    'docker-compose.yml': compose.replace('["data:/data"]', '["data:/data", "./conf:/conf"]'),
    Dockerfile: 'FROM rehearsal-test/app:1.0\n',
    '.gitignore': '.env\n',
    '.env': 'APP_REF=v1.0\nOWN=kept\n',
    'conf/release': '1.0',
    'upgrade-rehearsal.yml': `${text}${read}rollback: [{ restore: { expect: works } }]\n`,
  })
  await git(folder, 'init', '--quiet')
  for (const [version, image] of [
    ['1.0', '1.0'],
    ['2.0', '2.0'],
  ] as const) {
    await writeFile(join(folder, 'Dockerfile'), `FROM rehearsal-test/app:${image}\n`)
    await writeFile(join(folder, 'conf/release'), version)
    await git(folder, 'add', '--all')
    await git(folder, 'commit', '--quiet', '--message', version)
    await git(folder, 'tag', `v${version}`)
  }
  const outcome = await rehearseIn(folder)
  expect(outcome.verdict.rollback, outcome.output).toMatchObject({ restore: 'works' })
  const own = outcome.entries.flatMap((entry) =>
    entry.type === 'check' && entry.check === 'own files' ? [`${entry.phase} ${entry.observation.outcome}`] : [],
  )
  expect(own).toEqual(['baseline passed', 'target passed', 'rollback passed'])
})

test('a Dockerfile that is pinned is built as the pin says', async () => {
  const folder = await makeFolder({
    'docker-compose.yml': compose,
    Dockerfile: 'ARG BASE=v1.0\nFROM rehearsal-test/app:1.0\n',
    '.env': 'OWN=kept\n',
    'upgrade-rehearsal.yml': config('{ checkout: ., pull: false }', '{ dockerfile: { file: Dockerfile } }').replace(
      'v{version}',
      '{version}',
    ),
  })
  const outcome = await rehearseIn(folder)
  expect(outcome.exitCode, outcome.output).toBe(0)
  expect(await builtBy(outcome)).toBe('')
})

test('a build that fails says so, with the end of what it printed', async () => {
  const folder = await makeFolder({
    'docker-compose.yml': compose,
    Dockerfile: 'FROM rehearsal-test/app:1.0\nRUN echo the build is broken >&2 && false\n',
    '.env': 'OWN=kept\n',
    'upgrade-rehearsal.yml': config('{ checkout: ., pull: false }', '{ dockerfile: { file: Dockerfile } }').replace(
      'v{version}',
      '{version}',
    ),
  })
  const outcome = await rehearseIn(folder)
  expect(outcome.codes, outcome.output).toContain('STACK_INVALID')
  expect(outcome.output).toContain('the build is broken')
  expect(await builtBy(outcome)).toBe('')
})

test('base images are asked of their registry, as build --pull does', async () => {
  const registry = await startRegistry()
  onTestFinished(() => registry.remove())
  const base = (version: string) => `${registry.host}/base:${version}`
  for (const version of ['1.0', '2.0']) await publish(`rehearsal-test/app:${version}`, base(version))
  const folder = await makeFolder({
    'docker-compose.yml': compose,
    Dockerfile: `FROM ${base('1.0')}\n`,
    '.env': 'OWN=kept\n',
    'upgrade-rehearsal.yml': config('{ checkout: . }', '{ dockerfile: { file: Dockerfile } }').replace(
      'v{version}',
      '{version}',
    ),
  })
  const outcome = await rehearseIn(folder)
  expect(outcome.exitCode, outcome.output).toBe(0)

  await registry.remove()
  const gone = await rehearseIn(folder)
  expect(gone.codes, gone.output).toContain('STACK_INVALID')
  expect(gone.output).toContain('pull: false')
})
