import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readEvent } from '../../src/bump/event.ts'
import { findBump } from '../../src/bump/find-bump.ts'
import { refuseSecretFixtures } from '../../src/bump/trust.ts'
import { loadConfig } from '../../src/config/index.ts'
import { execaCommand } from '../../src/shell/execa-command.ts'
import { folderWith } from '../config/folder.ts'
import { mergeOf, type Origin, origin, pullRequest, shallow } from './clones.ts'

const pins = 'pin:\n  - env: { file: .env, key: APP }\n  - image: { file: docker-compose.yml, service: worker }\n'
const files = {
  'upgrade-rehearsal.yml': `stack: docker-compose.yml\n${pins}rollback: none\n`,
  'docker-compose.yml': 'services:\n  web: { image: "acme/app:${APP}" }\n  worker: { image: "acme/worker:1.0.0" }\n',
  '.env': 'APP=1.0.0\nOTHER=x\n',
}
const worker = (version: string) => files['docker-compose.yml'].replace('worker:1.0.0', `worker:${version}`)

async function find(folder: string, env: NodeJS.ProcessEnv, commits = {}) {
  const tools = { shell: execaCommand, env, signal: new AbortController().signal, cwd: folder }
  const config = await loadConfig(undefined, folder, {})
  return (await findBump(config, commits, await readEvent(env), tools)).evidence
}

async function prepared(changes: Readonly<Record<string, string | null>>, before: Record<string, string | null> = {}) {
  const from = await origin(files)
  const base = await from.commit(before)
  await from.git('checkout', '--quiet', '-b', 'renovate/app')
  const head = await from.commit(changes)
  return { from, base, head }
}

describe('a version bump', () => {
  test.each<[string, Record<string, string | null>, Record<string, string | null>, string, string]>([
    [
      'of one pin',
      { '.env': 'APP=1.1.0\nOTHER=x\n' },
      {},
      'upgrade',
      'This is an upgrade (APP in .env: 1.0.0 → 1.1.0).',
    ],
    [
      'of several pins',
      { '.env': 'APP=1.1.0\n', 'docker-compose.yml': worker('1.1.0') },
      {},
      'upgrade',
      'This is an upgrade (APP in .env: 1.0.0 → 1.1.0; image of worker in docker-compose.yml: 1.0.0 → 1.1.0).',
    ],
    [
      'of the second pin alone',
      { 'docker-compose.yml': worker('1.1.0') },
      {},
      'upgrade',
      'This is an upgrade (image of worker in docker-compose.yml: 1.0.0 → 1.1.0).',
    ],
    ['back', { '.env': 'APP=0.9.0\n' }, {}, 'downgrade', 'This is a downgrade (APP in .env: 1.0.0 → 0.9.0).'],
    ['to a name', { '.env': 'APP=edge\n' }, {}, 'upgrade', 'This is an upgrade (APP in .env: 1.0.0 → edge).'],
    [
      'of something else',
      { '.env': 'APP=1.0.0\nOTHER=y\n', 'README.md': 'x' },
      {},
      'none',
      'No upgrade of this stack: APP in .env stays 1.0.0; image of worker in docker-compose.yml stays 1.0.0.',
    ],
    [
      'that only writes it otherwise',
      { '.env': 'APP="1.0.0"\n' },
      {},
      'none',
      'No upgrade of this stack: APP in .env stays 1.0.0; image of worker in docker-compose.yml stays 1.0.0.',
    ],
    [
      'that adds the pin',
      { '.env': 'APP=1.0.0\n' },
      { '.env': 'OTHER=x\n' },
      'added',
      'No upgrade of this stack: the pin is new, so nothing runs yet that could be upgraded (APP in .env: absent → 1.0.0).',
    ],
    [
      'that adds the file',
      { '.env': 'APP=1.0.0\n' },
      { '.env': null },
      'added',
      'No upgrade of this stack: the pin is new, so nothing runs yet that could be upgraded (APP in .env: absent → 1.0.0).',
    ],
    [
      'that removes the pin',
      { '.env': 'OTHER=x\n' },
      {},
      'removed',
      'No upgrade of this stack: the pin is gone, so there is nothing to upgrade to (APP in .env: 1.0.0 → absent).',
    ],
    [
      'that removes the file',
      { '.env': null },
      {},
      'removed',
      'No upgrade of this stack: the pin is gone, so there is nothing to upgrade to (APP in .env: 1.0.0 → absent).',
    ],
  ])('%s is told', async (_, changes, before, kind, sentence) => {
    const { from, base, head } = await prepared(changes, before)
    const evidence = await find(from.folder, await pullRequest(base, head))
    expect(evidence).toMatchObject({ kind, sentence, base, head })
  })

  const change = { '.env': 'APP=1.1.0\n' }

  test('is found in a shallow clone of the head', async () => {
    const { from, base, head } = await prepared(change)
    const folder = await shallow(from, head)
    expect(await find(folder, await pullRequest(base, head))).toMatchObject({ kind: 'upgrade', base, head })
  })

  test('is found in a shallow clone of the merge commit', async () => {
    const { from, base, head } = await prepared(change)
    const merge = await mergeOf(from, base, head)
    const folder = await shallow(from, merge)
    expect(await find(folder, await pullRequest(base, head))).toMatchObject({ kind: 'upgrade', base, head: merge })
  })

  test('is compared with what the base has become', async () => {
    const { from, base, head } = await prepared({ 'README.md': 'x' })
    await from.git('checkout', '--quiet', 'main')
    const later = await from.commit({ '.env': 'APP=2.0.0\n' })
    const folder = await shallow(from, await mergeOf(from, later, head))
    expect(await find(folder, await pullRequest(base, head))).toMatchObject({ kind: 'none', base: later })
    // A branch that is behind takes nothing back.
    const behind = await shallow(from, head)
    expect(await find(behind, await pullRequest(later, head))).toMatchObject({ kind: 'none' })
  })

  test("of a bot's branch is compared with the default branch", async () => {
    const { from, base, head } = await prepared(change)
    const payload = { ref: 'refs/heads/dependabot/docker/app-1.1.0', repository: { default_branch: 'main' } }
    const told = await folderWith({ 'event.json': JSON.stringify(payload) })
    const env = { PATH: process.env.PATH, GITHUB_EVENT_NAME: 'push', GITHUB_EVENT_PATH: join(told, 'event.json') }
    expect(await find(await shallow(from, head), env)).toMatchObject({ kind: 'upgrade', base, head })
  })

  test('is compared with any commit that is named', async () => {
    const { from, base, head } = await prepared(change)
    expect(await find(await shallow(from, head), {}, { base })).toMatchObject({ kind: 'upgrade', base, head })
  })

  test('of a single image is found in the configuration itself', async () => {
    const config = (version: string) => ({
      'upgrade-rehearsal.yml': `stack: { image: "acme/app:${version}" }\nrollback: none\n`,
    })
    const from = await origin(config('1.0.0'))
    const [base, head] = [await from.commit({}), await from.commit(config('1.2.0'))]
    expect(await find(from.folder, await pullRequest(base, head))).toMatchObject({
      kind: 'upgrade',
      pins: [{ pin: 'stack.image in upgrade-rehearsal.yml', before: '1.0.0', after: '1.2.0' }],
    })
  })
})

describe('what can not be compared is told', () => {
  test('a base that is nowhere', async () => {
    const { from, head } = await prepared({ '.env': 'APP=1.1.0\n' })
    const folder = await shallow(from, head)
    await expect(find(folder, await pullRequest('0'.repeat(40), head))).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining("is not in this clone and can't be fetched"),
      details: { hint: expect.stringContaining('fetch-depth: 0') },
    })
  })

  test('a checkout of something else', async () => {
    const { from, base, head } = await prepared({ '.env': 'APP=1.1.0\n' })
    await from.git('checkout', '--quiet', 'main')
    await from.commit({ 'x.txt': 'x' })
    await expect(find(from.folder, await pullRequest(base, head))).rejects.toMatchObject({
      message: expect.stringContaining('which is neither the head of the pull request'),
    })
  })

  test('no pull request', async () => {
    const { from } = await prepared({})
    await expect(find(from.folder, {})).rejects.toMatchObject({
      message: expect.stringContaining('This is no pull request'),
    })
  })

  test('no repository', async () => {
    await expect(find(await folderWith(files), {})).rejects.toMatchObject({
      message: expect.stringContaining('is in no git repository'),
    })
  })

  test('a pin that can not be read', async () => {
    const { from, base, head } = await prepared({ '.env': 'APP=$OTHER\n' })
    await expect(find(from.folder, await pullRequest(base, head))).rejects.toMatchObject({
      code: 'CONFIG',
      message: `APP in .env can't be read at ${head.slice(0, 12)}: upgrade-rehearsal.yml:3:5: .env: APP is "$OTHER": another variable decides it`,
    })
  })
})

describe('for code that anybody may have written', () => {
  const config = (fixture: string) => `stack: { image: "acme/app:1.0.0" }\nfixtures:\n  - ${fixture}\n`
  const volume = 'volume: { name: data, archive: data.tar }'

  async function refusal(
    fixture: string,
    event: { from?: string | null; event?: string },
    env: NodeJS.ProcessEnv = {},
    more: Record<string, string> = {},
  ) {
    const from: Origin = await origin({ 'upgrade-rehearsal.yml': config(fixture), ...more })
    const told = await pullRequest('a', 'b', event)
    const loaded = await loadConfig(undefined, from.folder, env)
    const tools = { shell: execaCommand, env: { ...told, ...env }, signal: new AbortController().signal }
    return await refuseSecretFixtures(loaded, tools).then(
      () => 'taken',
      (error: Error & { code: string }) => `${error.code} ${error.message}`,
    )
  }

  test.each<[string, string, object, NodeJS.ProcessEnv, Record<string, string>, string]>([
    ['a fixture of the repository is taken', volume, { from: 'evil/ops' }, {}, { 'data.tar': 'x' }, 'taken'],
    [
      'a fixture from elsewhere is refused',
      'volume: { name: data, archive: / }',
      { from: 'evil/ops' },
      {},
      {},
      'UNTRUSTED_EVENT pull request 7 comes from the fork evil/ops: the fixture upgrade-rehearsal.yml:3:5 is not part of the repository (/)',
    ],
    [
      'an encrypted fixture is refused',
      'volume: { name: data, archive: data.tar, decrypt: { age: { identity: key } } }',
      { from: 'evil/ops' },
      {},
      { 'data.tar': 'x' },
      'UNTRUSTED_EVENT pull request 7 comes from the fork evil/ops: the fixture upgrade-rehearsal.yml:3:5 is encrypted',
    ],
    [
      'a secret of the environment is refused',
      'seed: { service: app, run: "load ${TOKEN}" }',
      { from: null },
      { TOKEN: 'secret-token' },
      {},
      'UNTRUSTED_EVENT pull request 7 comes from a fork that is gone: the fixture upgrade-rehearsal.yml:3:5 takes a value from the environment',
    ],
    [
      'nothing is taken with secrets at hand',
      volume,
      { event: 'pull_request_target' },
      {},
      { 'data.tar': 'x' },
      'UNTRUSTED_EVENT pull_request_target runs with secrets for code that anybody may have written: nothing is rehearsed for it',
    ],
    [
      'a branch of the repository itself may have all',
      'seed: { service: app, run: "load ${TOKEN}" }',
      {},
      { TOKEN: 'secret-token' },
      {},
      'taken',
    ],
  ])('%s', async (_, fixture, event, env, more, expected) => {
    expect(await refusal(fixture, event, env, more)).toBe(expected)
  })
})

describe('on the command line', () => {
  const run = (folder: string, env: NodeJS.ProcessEnv) =>
    new Promise<{ code: number; output: string }>((done) => {
      const argv = [join(import.meta.dirname, '../../src/cli.ts'), 'bump']
      execFile(process.execPath, argv, { cwd: folder, env }, (error, stdout, stderr) => {
        done({ code: Number(error?.code ?? 0), output: stdout + stderr })
      })
    })

  test('a change that is no upgrade passes, and its verdict says so', async () => {
    const { from, base, head } = await prepared({ 'README.md': 'x' })
    const { code, output } = await run(from.folder, await pullRequest(base, head))
    expect(code, output).toBe(0)
    expect(output).toContain('No upgrade of this stack')
    const verdict = JSON.parse(await readFile(join(from.folder, 'upgrade-report/verdict.json'), 'utf8'))
    expect(verdict).toMatchObject({
      verdict: 'compatible',
      reasons: [{ code: 'NO_UPGRADE' }],
      bump: { kind: 'none', base, head },
    })
    expect(await readFile(join(from.folder, 'upgrade-report/summary.md'), 'utf8')).toContain('No upgrade of this stack')
  }, 30_000)

  test('what can not be compared never passes', async () => {
    const { from, base } = await prepared({ 'README.md': 'x' })
    const { code } = await run(from.folder, await pullRequest(base, 'f'.repeat(40)))
    expect(code).toBe(64)
    expect(JSON.parse(await readFile(join(from.folder, 'upgrade-report/verdict.json'), 'utf8'))).toMatchObject({
      verdict: 'inconclusive',
    })
  }, 30_000)
})
