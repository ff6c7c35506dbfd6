import { describe, expect, test } from 'vitest'
import { composeFile, countNotes, notesDump } from './apps.ts'
import { type Files, makeFolder, rehearse, runCli } from './harness.ts'

/** The note keeper, whose version stands in a file that Compose does not read. */
function files(pin: string, others: Files): Files {
  return {
    'docker-compose.yml': composeFile,
    'notes.sql': notesDump(10),
    'upgrade-rehearsal.yml': `name: notes
stack: { compose: docker-compose.yml, address: "http://web:8000" }
path: { to: "2.0" }
pin:
  ${pin}
fixtures:
  - postgres: { service: db, dump: notes.sql }
smoke:${countNotes}
  - exec: { service: web, run: [app, version], output: "^{version}$" }
`,
    ...others,
  }
}

const yaml = 'yaml: { file: deploy/values.yaml, path: "web.image.tag", sets: APP_VERSION }'
const values = { 'deploy/values.yaml': '# production\nweb:\n  image:\n    tag: "1.0" # pinned\n' }

async function plan(given: Files, env: Readonly<Record<string, string>> = {}) {
  return await runCli(await makeFolder(given), ['plan'], { env })
}

describe('a pin hands its value to Compose as a variable', () => {
  test.each<[string, string, Files]>([
    ['yaml', yaml, values],
    [
      'json, a whole image',
      'json: { file: versions.json, path: "apps[1].image", sets: APP_VERSION }',
      { 'versions.json': '{ "apps": [{}, { "image": "example.org:5000/notes/app:1.0" }] }' },
    ],
    [
      'regex',
      `regex: { file: deploy.sh, pattern: '^APP_TAG="([^"]+)"', sets: APP_VERSION }`,
      { 'deploy.sh': 'set -e\nAPP_TAG="1.0"\n./go\n' },
    ],
    [
      'dockerfile, an ARG',
      'dockerfile: { file: web/Dockerfile, arg: APP, sets: APP_VERSION }',
      { 'web/Dockerfile': 'ARG APP=1.0\nFROM notes/app:$APP\n' },
    ],
    [
      'dockerfile, a FROM',
      'dockerfile: { file: web/Dockerfile, from: notes/app, sets: APP_VERSION }',
      { 'web/Dockerfile': 'FROM debian:12 AS build\nFROM notes/app:1.0\n' },
    ],
  ])('%s', async (_, pin, others) => {
    const { exitCode, output } = await plan(files(pin, others))
    expect(exitCode, output).toBe(0)
    expect(output).toMatch(/from 1\.0\n.*\n +web +rehearsal-test\/app:1\.0 +\(pinned\)/)
    expect(output).toMatch(/to 2\.0\n.*\n +web +rehearsal-test\/app:2\.0 +\(pinned\)/)
  })

  test('whatever the environment and the .env say of it', async () => {
    const given = files(yaml, { ...values, '.env': 'APP_VERSION=0.9\n' })
    const { exitCode, output } = await plan(given, { APP_VERSION: '0.8' })
    expect(exitCode, output).toBe(0)
    expect(output).toContain('rehearsal-test/app:1.0')
    expect(output).not.toMatch(/app:0\.[89]/)
  })

  test('and the containers run it, before and after', async () => {
    const outcome = await rehearse(files(yaml, values))
    expect(outcome.exitCode, outcome.output).toBe(0)
  })
})

describe('a pin that is not there is a fault of the configuration, told with its place', () => {
  const at = 'upgrade-rehearsal.yml:5:3:'
  test.each<[string, string, Files, string]>([
    [
      'another file',
      yaml.replace('values.yaml', 'value.yaml'),
      values,
      `${at} the pin is web.image.tag in deploy/value.yaml, but that file can't be read`,
    ],
    [
      'another path',
      yaml.replace('image.tag', 'image.tga'),
      values,
      `${at} deploy/values.yaml has no "tga" at web.image; did you mean "tag"?`,
    ],
    ['no single value', yaml.replace('.tag', ''), values, `${at} deploy/values.yaml: web.image is no single value`],
    [
      'broken JSON',
      'json: { file: v.json, path: a, sets: APP_VERSION }',
      { 'v.json': '{ "a": "1.0"' },
      `${at} v.json can't be read:`,
    ],
    [
      'an expression that finds nothing',
      `regex: { file: deploy.sh, pattern: 'TAG=(\\d+)', sets: APP_VERSION }`,
      { 'deploy.sh': 'TAG=none\n' },
      `${at} deploy.sh: /TAG=(\\d+)/ finds no version`,
    ],
    [
      'an expression that finds two versions',
      `regex: { file: deploy.sh, pattern: 'TAG=(.+)', sets: APP_VERSION }`,
      { 'deploy.sh': 'TAG=1.0\nTAG=1.1\n' },
      `${at} deploy.sh: /TAG=(.+)/ finds different versions: 1.0, 1.1`,
    ],
    [
      'another ARG',
      'dockerfile: { file: Dockerfile, arg: VERSOIN, sets: APP_VERSION }',
      { Dockerfile: 'ARG VERSION=1.0\nFROM notes/app:$VERSION\n' },
      `${at} Dockerfile has no ARG with a default for "VERSOIN"; did you mean "VERSION"?`,
    ],
    [
      'a FROM that an ARG decides',
      'dockerfile: { file: Dockerfile, sets: APP_VERSION }',
      { Dockerfile: 'ARG VERSION=1.0\nFROM notes/app:$VERSION\n' },
      `${at} Dockerfile: FROM notes/app:$VERSION: a variable decides it`,
    ],
  ])('%s', async (_, pin, others, message) => {
    const { exitCode, output } = await plan(files(pin, others))
    expect(exitCode, output).toBe(64)
    expect(output).toContain(message)
  })

  test('a variable that no image uses changes nothing', async () => {
    const { exitCode, output } = await plan(files(yaml.replace('APP_VERSION', 'APP_VERSOIN'), values), {
      APP_VERSION: '1.0',
    })
    expect(exitCode, output).toBe(21)
    expect(output).toContain('web.image.tag in deploy/values.yaml')
    expect(output).toContain("changes no service's image")
  })
})
