import { mkdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readEvent } from '../../src/bump/event.ts'
import { findBump } from '../../src/bump/find-bump.ts'
import { loadConfig } from '../../src/config/index.ts'
import { execaCommand } from '../../src/shell/execa-command.ts'
import { mergeOf, origin, pullRequest, shallow } from './clones.ts'

type Changes = Readonly<Record<string, string | null>>

const web = (tag: string, more = '') => `services:\n  web: { image: "acme/app:${tag}"${more} }\n`
const configured = (stack: string, pin = 'env: { file: .env, key: APP }') =>
  `stack: ${stack}\npin: { ${pin} }\nrollback: none\n`
const files = {
  'upgrade-rehearsal.yml': configured('docker-compose.yml'),
  'docker-compose.yml': web('${APP}'),
  '.env': 'APP=1.0.0\nOTHER=x\n',
}
const bumped = { '.env': 'APP=1.1.0\nOTHER=x\n' }

/** What the source is at the base, read in a shallow checkout of the merge commit. */
async function sourceOf(before: Changes, change: Changes) {
  const from = await origin({ ...files, ...(before as Record<string, string>) })
  const base = await from.commit({})
  await from.git('checkout', '--quiet', '-b', 'renovate/app')
  const head = await from.commit({ ...bumped, ...change })
  return await foundIn(await shallow(from, await mergeOf(from, base, head)), await pullRequest(base, head))
}

async function foundIn(folder: string, env: NodeJS.ProcessEnv) {
  const tools = { shell: execaCommand, env, signal: new AbortController().signal, cwd: folder }
  const found = await findBump(await loadConfig(undefined, folder, {}), {}, await readEvent(env), tools)
  const texts = [...(found.base?.files ?? [])].map(([path, content]) => [relative(folder, path), content.toString()])
  return { ...found, texts: Object.fromEntries(texts) as Record<string, string>, notes: found.base?.notes ?? [] }
}

describe('the source of a version bump', () => {
  test('is the checkout where nothing but the pin differs', async () => {
    const { base, evidence } = await sourceOf({}, { 'README.md': 'x' })
    expect([base, evidence.kind]).toEqual([undefined, 'upgrade'])
    expect(evidence).not.toHaveProperty('files')
  })

  test('has the Compose file of the base, and an env-file in which more than the pin differs', async () => {
    const moved = { 'docker-compose.yml': web('${APP}', ', volumes: ["data:/new"]'), '.env': 'APP=1.1.0\nOTHER=y\n' }
    const { texts, evidence } = await sourceOf({}, moved)
    expect(texts).toEqual({ 'docker-compose.yml': files['docker-compose.yml'], '.env': files['.env'] })
    const at = evidence.base.slice(0, 12)
    expect(evidence.files).toEqual([`.env at ${at}`, `docker-compose.yml at ${at}`])
  })

  test('has what Compose files name, those that they include too, and nothing else of the repository', async () => {
    const before = {
      'docker-compose.yml': `include: [db.yml]\n${web('${APP}', ', env_file: web.env, volumes: ["./app.conf:/app.conf:ro"]')}`,
      'db.yml': 'services:\n  db: { image: "postgres:15", env_file: [db.env] }\n',
      'web.env': 'A=1\n',
      'db.env': 'B=1\n',
      'app.conf': 'old\n',
      'notes.txt': 'old\n',
    }
    const { texts } = await sourceOf(before, {
      'web.env': 'A=2\n',
      'db.env': null,
      'app.conf': 'new\n',
      'notes.txt': '',
    })
    expect(texts).toEqual({ 'app.conf': 'old\n', 'db.env': 'B=1\n', 'web.env': 'A=1\n' })
  })

  test('keeps every byte', async () => {
    const from = await sourceOf(
      { 'docker-compose.yml': web('${APP}', ', volumes: ["./logo.bin:/logo"]'), 'logo.bin': '\u0000\r\n\n' },
      { 'logo.bin': 'x' },
    )
    expect(from.texts).toEqual({ 'logo.bin': '\u0000\r\n\n' })
  })

  test('has that of the checkout where the base has none, and says so', async () => {
    const two = {
      'upgrade-rehearsal.yml': configured('{ compose: [docker-compose.yml, more.yml] }'),
      'more.yml': web('2'),
    }
    const { texts, notes } = await sourceOf({}, two)
    expect(texts).toEqual({})
    expect(notes).toEqual(['more.yml is not at the base commit: the source has that of the checkout'])
  })

  test('mounts folders as the checkout has them, and says so', async () => {
    const before = { 'docker-compose.yml': web('${APP}', ', volumes: ["./conf:/conf"]') }
    const from = await origin({ ...files, ...before })
    await from.git('checkout', '--quiet', '-b', 'bump')
    const base = await from.git('rev-parse', 'HEAD')
    await mkdir(join(from.folder, 'conf'))
    const head = await from.commit({ ...bumped, 'conf/app.conf': 'new' })
    const { notes } = await foundIn(from.folder, await pullRequest(base, head))
    expect(notes).toEqual(['conf is a folder: both sides have that of the checkout'])
  })

  test('is what the configuration says where that names files for each release', async () => {
    const before = {
      'upgrade-rehearsal.yml': configured('{ compose: { from: old.yml, to: new.yml } }'),
      'old.yml': web('${APP}'),
      'new.yml': web('${APP}'),
    }
    const { base } = await sourceOf(before, {
      'old.yml': web('${APP}', ', init: true'),
      'new.yml': web('${APP}', ', tty: true'),
    })
    expect(base).toBeUndefined()
  })

  test('leaves out what only the base has changed since the branch left it', async () => {
    const from = await origin(files)
    await from.git('checkout', '--quiet', '-b', 'renovate/app')
    const head = await from.commit(bumped)
    await from.git('checkout', '--quiet', 'main')
    const base = await from.commit({ 'docker-compose.yml': web('${APP}', ', init: true') })
    const event = await pullRequest(base, head)
    const { base: apart } = await foundIn(await shallow(from, head), event)
    expect(apart).toBeUndefined()
    // Merged, both sides have it.
    const { base: merged } = await foundIn(await shallow(from, await mergeOf(from, base, head)), event)
    expect(merged).toBeUndefined()
  })
})

describe('the pins of the base', () => {
  const pinned = (service: string) =>
    configured('docker-compose.yml', `image: { file: docker-compose.yml, service: ${service} }`)

  test('are those of its own configuration where a service was renamed with the bump', async () => {
    const before = { 'upgrade-rehearsal.yml': pinned('web'), 'docker-compose.yml': web('1.0.0') }
    const after = {
      'upgrade-rehearsal.yml': pinned('app'),
      'docker-compose.yml': web('1.1.0').replace('web:', 'app:'),
      '.env': files['.env'],
    }
    const { evidence, base, texts } = await sourceOf(before, after)
    expect(evidence).toMatchObject({ kind: 'upgrade', pins: [{ before: '1.0.0', after: '1.1.0' }] })
    expect(base?.pins.map((pin) => pin?.title)).toEqual(['image of web in docker-compose.yml'])
    expect(texts).toEqual({ 'docker-compose.yml': before['docker-compose.yml'] })
  })

  test('that one is added beside an upgrade makes it no less of one', async () => {
    const both = `stack: docker-compose.yml\npin:\n  - image: { file: docker-compose.yml, service: job }\n  - env: { file: .env, key: APP }\n`
    const { evidence, base } = await sourceOf(
      {},
      { 'upgrade-rehearsal.yml': both, 'docker-compose.yml': `${web('${APP}')}  job: { image: "acme/job:1.0.0" }\n` },
    )
    expect(evidence.kind).toBe('upgrade')
    expect(base?.pins.map((pin) => pin?.title)).toEqual([undefined, 'APP in .env'])
  })
})
