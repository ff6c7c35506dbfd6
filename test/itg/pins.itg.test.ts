import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { env } from '../../src/pins/env.ts'
import { compose, composeFile, notesDump, single } from './apps.ts'
import { checksOf, docker, type Files, makeFolder, rehearse, runCli } from './harness.ts'

async function plan(files: Files, args: readonly string[] = [], variables: Readonly<Record<string, string>> = {}) {
  return await runCli(await makeFolder(files), ['plan', ...args], { env: variables })
}

/** The images of the printed plan, release by release. */
function images(output: string): string[] {
  const [, releases = ''] = /\nreleases\n([\s\S]*?)\n\n/.exec(output) ?? []
  return releases.split('\n').map((line) => line.trim().replace(/ {2,}/g, ' '))
}

const files = compose()
const config = files['upgrade-rehearsal.yml']

describe('the plan says what each release is', () => {
  test('from the pin, by way of the stops that lie between', async () => {
    const withStops = config.replace('to: "2.0"', 'to: "2.0", stops: ["0.9", "1.1", "3.0"]')
    const { exitCode, output } = await plan({ ...files, 'upgrade-rehearsal.yml': withStops })
    expect(exitCode, output).toBe(0)
    expect(images(output)).toEqual([
      'from 1.0',
      'db postgres:15',
      'web rehearsal-test/app:1.0 (pinned)',
      'by way of 1.1',
      'db postgres:15',
      'web rehearsal-test/app:1.1 (pinned)',
      'to 2.0',
      'db postgres:15',
      'web rehearsal-test/app:2.0 (pinned)',
    ])
  })

  test.each([
    ['--from and --to', ['--from', '1.1', '--to', '3.0'], ['1.1', '3.0']],
    ['--to alone', ['--to', '3.0'], ['1.0', '3.0']],
  ])('from %s', async (_, args, [from, to]) => {
    const { output } = await plan(files, args as string[])
    expect(images(output).filter((line) => line.startsWith('web'))).toEqual([
      `web rehearsal-test/app:${from} (pinned)`,
      `web rehearsal-test/app:${to} (pinned)`,
    ])
  })

  test.each([
    ['a tag', 'registry.example.com:5000/app:2.1-rc.1', '2.1-rc.1'],
    ['a digest', `app@sha256:${'ab'.repeat(32)}`, 'abababababab'],
  ])('from --to-image with %s, which only the pinned service gets', async (_, reference, version) => {
    const { output } = await plan(files, ['--to-image', reference])
    expect(images(output).slice(3)).toEqual([`to ${version}`, 'db postgres:15', `web ${reference} (pinned)`])
  })

  test('by the form of tags that the project uses', async () => {
    const { output } = await plan({
      'upgrade-rehearsal.yml': single()
        .replace('app:1.0', 'app:v1.0')
        .replace('to: "2.0"', 'to: "2.0", tags: "v{version}", stops: ["1.1"]'),
    })
    expect(images(output)).toEqual([
      'from 1.0',
      'app rehearsal-test/app:v1.0 (pinned)',
      'by way of 1.1',
      'app rehearsal-test/app:v1.1 (pinned)',
      'to 2.0',
      'app rehearsal-test/app:v2.0 (pinned)',
    ])
  })

  test('with several pins that move together, of both kinds', async () => {
    const both = {
      ...files,
      '.env': 'APP_VERSION=1.0\nWORKER_VERSION="1.0"\n',
      'docker-compose.yml': composeFile.replace(
        'volumes: { db-data',
        '  worker: { image: "acme/worker:${WORKER_VERSION}" }\n  proxy: { image: "acme/proxy:1.0" }\n  cache: { image: "acme/cache:7" }\nvolumes: { db-data',
      ),
      'upgrade-rehearsal.yml': config.replace(
        /^pin: .*$/m,
        'pin:\n  - env: { file: .env, key: APP_VERSION }\n  - env: { file: .env, key: WORKER_VERSION }\n  - image: { file: docker-compose.yml, service: proxy }',
      ),
    }
    const { exitCode, output } = await plan(both)
    expect(exitCode, output).toBe(0)
    expect(images(output).slice(6)).toEqual([
      'to 2.0',
      'cache acme/cache:7',
      'db postgres:15',
      'proxy acme/proxy:2.0 (pinned)',
      'web rehearsal-test/app:2.0 (pinned)',
      'worker acme/worker:2.0 (pinned)',
    ])
  })

  test('whatever the process’s own environment says of the pinned variable', async () => {
    const { output } = await plan(files, [], { APP_VERSION: '6.6.6' })
    expect(output).not.toContain('6.6.6')
    expect(images(output)).toContain('web rehearsal-test/app:1.0 (pinned)')
  })

  test('and it is the same each time', async () => {
    const [first, second] = await Promise.all([plan(files), plan(files)])
    expect(first.output).toBe(second.output)
  })
})

describe('what can not be planned is said, and nothing starts', () => {
  const noVariable = { ...files, 'docker-compose.yml': composeFile.replace('${APP_VERSION}', '1.0') }

  test.each<[string, Files, string[], number, RegExp]>([
    [
      'a pin that decides no image',
      noVariable,
      [],
      21,
      /another value of APP_VERSION in \.env changes no service's image/,
    ],
    [
      'a key that is not there',
      { ...files, '.env': 'APP_VERSON=1.0\n' },
      [],
      64,
      /upgrade-rehearsal\.yml:4:8: \.env has no key "APP_VERSION"; did you mean "APP_VERSON"\?/,
    ],
    [
      'a pin without a value',
      { ...files, '.env': 'APP_VERSION=\n' },
      [],
      64,
      /upgrade-rehearsal\.yml:4:8: \.env: APP_VERSION has no value/,
    ],
    [
      'a pin in a file that is not there',
      { 'docker-compose.yml': composeFile, 'upgrade-rehearsal.yml': config },
      [],
      64,
      /upgrade-rehearsal\.yml:4:8: the pin is APP_VERSION in \.env, but that file can't be read/,
    ],
    [
      'no pin',
      { ...files, 'upgrade-rehearsal.yml': config.replace(/^pin: .*$/m, '') },
      [],
      64,
      /upgrade-rehearsal\.yml:3:1: a Compose stack needs a pin/,
    ],
    [
      'no target',
      { ...files, 'upgrade-rehearsal.yml': config.replace(/^path: .*$/m, '') },
      [],
      64,
      /which version is the target\?/,
    ],
    [
      'stops out of order',
      { ...files, 'upgrade-rehearsal.yml': config.replace('to: "2.0"', 'to: "2.0", stops: ["1.2", "1.1"]') },
      [],
      64,
      /upgrade-rehearsal\.yml:5:20: path\.stops are not in ascending order: 1\.1 stands after 1\.2/,
    ],
    ['an option as a version', files, ['--to', '--privileged'], 64, /"--privileged" can't be an image's tag/],
    ['a command as a version', files, ['--to', '2.0;rm -rf /'], 64, /"2\.0;rm -rf \/" can't be an image's tag/],
    [
      'an option as an image',
      files,
      ['--to-image', '--privileged'],
      64,
      /--to-image --privileged is not an image reference/,
    ],
    ['a command as an image', files, ['--to-image', 'app;rm'], 64, /--to-image app;rm is not an image reference/],
    [
      'a check of an unknown service',
      {
        ...files,
        'upgrade-rehearsal.yml': config.replace(/smoke:[\s\S]*/, 'smoke:\n  - exec: { service: wbe, run: x }\n'),
      },
      [],
      64,
      /upgrade-rehearsal\.yml:9:5: 1\.0 has no service "wbe"; did you mean "web"\?/,
    ],
    [
      'a URL of an unknown service',
      {
        ...files,
        'upgrade-rehearsal.yml': config.replace(/smoke:[\s\S]*/, 'smoke:\n  - http: { get: "http://bd:80/" }\n'),
      },
      [],
      64,
      /upgrade-rehearsal\.yml:9:5: 1\.0 has no service "bd"; did you mean "db"\?/,
    ],
    [
      'an address of an unknown service',
      { ...files, 'upgrade-rehearsal.yml': config.replace('http://web', 'http://wbe') },
      [],
      64,
      /upgrade-rehearsal\.yml:3:39: 1\.0 has no service "wbe"; did you mean "web"\?/,
    ],
    [
      'a Compose file that is not there',
      { '.env': 'APP_VERSION=1.0\n', 'upgrade-rehearsal.yml': config },
      [],
      64,
      /docker-compose\.yml does not exist/,
    ],
    [
      'a Compose file that is broken',
      { ...files, 'docker-compose.yml': 'services: { web: { image: "x:${APP_VERSION}", prots: [] } }\n' },
      [],
      64,
      /Compose can't read docker-compose\.yml: [\s\S]*prots/,
    ],
  ])('%s', async (_, given, args, code, says) => {
    const { exitCode, output } = await plan(given, args)
    expect(output).toMatch(says)
    expect(exitCode).toBe(code)
    expect(output).not.toContain('releases')
  })
})

describe('the command line', () => {
  test('validate: 0 and what was found, or 64 and every fault', async () => {
    const folder = await makeFolder({
      ...files,
      'bad.yml': 'stack: a.yml\nsmok: []\nname: 3\n',
      '.github/upgrade-rehearsal.yml': 'stack: a.yml\n',
    })
    expect(await runCli(folder, ['validate'])).toEqual({
      exitCode: 0,
      output: 'upgrade-rehearsal.yml is valid: 1 check, 1 fixture; "plan" looks at the stack and its services too\n',
    })
    const bad = await runCli(folder, ['validate', '--config', 'bad.yml'])
    expect(bad.exitCode).toBe(64)
    expect(bad.output).toMatch(
      /^bad\.yml:2:1: unknown key "smok"; did you mean "smoke"\?\nbad\.yml:3:1: write text: put 3 in quotes\n$/,
    )
    expect((await runCli(folder, ['validate', '--config', 'none.yml'])).exitCode).toBe(64)
    expect((await runCli(folder, ['validate', '--confg', 'x'])).exitCode).toBe(64)
  })

  test('schema: JSON that names every part', async () => {
    const { exitCode, output } = await runCli(await makeFolder({}), ['schema'])
    expect(exitCode).toBe(0)
    expect(Object.keys(JSON.parse(output).properties)).toEqual([
      'name',
      'stack',
      'pin',
      'path',
      'fixtures',
      'upgrade',
      'ready',
      'sign-in',
      'smoke',
      'data',
      'fresh-install',
      'rollback',
      'logs',
      'checkpoint',
      'network',
      'limits',
    ])
  })
})

test('an env-file pin is read as Compose reads it', async () => {
  const texts = [
    'V=1.0\n',
    'V = 1.0\n',
    'V: 1.0\n',
    'export V=1.0\n',
    'V="1.0" # c\n',
    "V='1.0'\n",
    'V=1.0 # c\n',
    'V=1.0#c\n',
    'V=1.0\r\nB=1\r\n',
    'V=1\nV=2\n',
    'V=1\nA="\nV=9\n"\n',
    '\ufeffV=1.0\n',
    '  V=1.0  \n',
  ]
  const composed = await Promise.all(
    texts.map(async (text) => {
      const folder = await makeFolder({
        '.env': text,
        'c.yml': 'services: { a: { image: "postgres:15", environment: { V: "${V}" } } }\n',
      })
      const { stdout } = await promisify(execFile)(
        'docker',
        ['compose', '--file', 'c.yml', 'config', '--format', 'json'],
        { cwd: folder },
      )
      return JSON.parse(stdout).services.a.environment.V as string
    }),
  )
  expect(texts.map((text) => env.read(text, { file: '.env', key: 'V' }))).toEqual(composed)
})

describe('on the engine', () => {
  test('two tags of the same image are no upgrade', async () => {
    await docker('tag', 'rehearsal-test/app:1.0', 'rehearsal-test/app:1.0-again')
    onTestFinished(() => docker('rmi', 'rehearsal-test/app:1.0-again').then(() => undefined))
    const outcome = await rehearse({ 'upgrade-rehearsal.yml': single({ to: '1.0-again' }) })
    expect(new Set(outcome.codes), outcome.output).toEqual(new Set(['SAME_IMAGE']))
    expect(outcome.verdict.verdict).toBe('inconclusive')
    expect(outcome.exitCode).toBe(21)
    expect(outcome.entries.filter(({ type }) => type === 'containers')).toEqual([])
  })

  test('a pin that decides no image is inconclusive, with a verdict', async () => {
    const outcome = await rehearse({
      ...files,
      'docker-compose.yml': composeFile.replace('${APP_VERSION}', '1.0'),
      'notes.sql': notesDump(1),
    })
    expect(outcome.codes, outcome.output).toEqual(['SAME_IMAGE'])
    expect(outcome.exitCode).toBe(21)
  })

  test('a service that reads the pinned env-file sees each release’s own value, and the user’s file stays as it is', async () => {
    const given = {
      ...files,
      'docker-compose.yml': composeFile
        .replace('restart: always', 'env_file: [.env]')
        .replace('DATABASE_URL', 'FROM_COMPOSE: "${APP_VERSION}", DATABASE_URL'),
      '.env': 'APP_VERSION=1.0\nSETTING=kept\n',
      'upgrade-rehearsal.yml': config.replace(
        /smoke:[\s\S]*/,
        `smoke:
  - http: { name: env-file, get: "/env?name=APP_VERSION", text: "^{version}$" }
  - http: { name: compose, get: "/env?name=FROM_COMPOSE", text: "^{version}$" }
  - http: { name: other, get: "/env?name=SETTING", text: "^kept$" }
`,
      ),
      'notes.sql': notesDump(1),
    }
    const outcome = await rehearse(given, { env: { APP_VERSION: '6.6.6', FROM_COMPOSE: '6.6.6' } })
    expect(outcome.exitCode, outcome.output).toBe(0)
    expect(checksOf(outcome, 'target')).toEqual(['env-file: passed', 'compose: passed', 'other: passed'])
    expect(await readFile(`${outcome.folder}/.env`, 'utf8')).toBe(given['.env'])
  })
})
