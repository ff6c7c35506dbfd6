import { writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { registry as source } from '../../src/tags/registry.ts'
import { readTags, type Scheme } from '../../src/versions/index.ts'
import { tagContext } from '../tags/context.ts'
import { single } from './apps.ts'
import { docker, makeFolder, rehearse, runCli } from './harness.ts'
import {
  dockerConfig,
  forget,
  password,
  publish,
  type Registry,
  startPrivateRegistry,
  startProxy,
  startRegistry,
  user,
} from './registry.ts'

const semver = ['1.0.0', '1.0.1', '1.1.0', '1.1.4', '1.2.0', '1.2.9', '2.0.0', '2.0.3', '2.1.0-rc.1', '2.1.0']
const prefixed = semver.map((version) => `v${version}-alpine`)
const calendar = ['2023.8', '2023.10', '2023.10.2', '2024.2', '2024.2.1', '2024.6', '2024.10', '2024.10.1']
const names = ['1', '1.0', '1.1', '1.2', '2', '2.0', '2.1', 'latest', 'edge']
const all = [...semver, ...prefixed, ...calendar, ...names]
const manifestType = 'application/vnd.docker.distribution.manifest.v2+json'
const indexType = 'application/vnd.oci.image.index.v1+json'

let registry: Registry
let closed: Registry

beforeAll(async () => {
  registry = await startRegistry()
  closed = await startPrivateRegistry(registry)
  await publish('rehearsal-test/app:1.0', `${registry.host}/acme/app:1.0.0`)
  const { text } = await manifest('1.0.0')
  for (const tag of all) await put(tag, text, manifestType)
})

afterAll(async () => {
  await closed?.remove()
  await registry?.remove()
})

const address = (tag: string) => `http://${registry.host}/v2/acme/app/manifests/${tag}`

async function manifest(tag: string): Promise<{ text: string; digest: string }> {
  const answer = await fetch(address(tag), { headers: { accept: manifestType } })
  return { text: await answer.text(), digest: answer.headers.get('docker-content-digest') as string }
}

async function put(tag: string, body: string, type: string): Promise<void> {
  const answer = await fetch(address(tag), { method: 'PUT', headers: { 'content-type': type }, body })
  if (!answer.ok) throw new Error(`${tag}: ${answer.status} ${await answer.text()}`)
}

async function tagsOf(host: string, given: Parameters<typeof tagContext>[0] = {}): Promise<string[]> {
  return (await source.list(`${host}/acme/app`, tagContext(given))).map(({ tag }) => tag)
}

async function signedIn(host: string): Promise<NodeJS.ProcessEnv> {
  const folder = await dockerConfig()
  const auth = Buffer.from(`${user}:${password}`).toString('base64')
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }))
  return { PATH: process.env.PATH, DOCKER_CONFIG: folder }
}

/** Debian's registry gives every tag at once; behind this one it gives pages of seven, as others do. */
const paged = (fault: Parameters<typeof startProxy>[1] = () => false) =>
  startProxy(registry, (asked, answer) => {
    if (fault(asked, answer)) return true
    const url = new URL(asked.url ?? '', 'http://registry')
    if (!url.pathname.endsWith('/tags/list')) return false
    void answerPage(url, answer)
    return true
  })

async function answerPage(url: URL, answer: ServerResponse): Promise<void> {
  const whole = await fetch(`http://${registry.host}${url.pathname}`)
  const { name, tags } = (await whole.json()) as { name: string; tags: string[] }
  const begin = tags.indexOf(url.searchParams.get('last') ?? '') + 1
  const page = tags.slice(begin, begin + 7)
  const link = `<${url.pathname}?last=${page.at(-1)}&n=7>; rel="next"`
  answer.writeHead(whole.status, begin + 7 < tags.length ? { link } : {}).end(JSON.stringify({ name, tags: page }))
}

describe('the tags of a registry', () => {
  test('come whole, page by page', async () => {
    const proxy = await paged()
    expect((await tagsOf(proxy.host)).toSorted()).toEqual(all.toSorted())
    expect(all.length).toBeGreaterThan(30)
    expect(proxy.asked.length).toBe(Math.ceil(all.length / 7))
  })

  test.each<[string, string, Scheme, boolean, readonly string[]]>([
    ['plain', '{version}', 'semver', false, semver.filter((version) => !version.includes('rc'))],
    ['with pre-releases', '{version}', 'semver', true, semver],
    ['with a prefix and a suffix', 'v{version}-alpine', 'semver', true, semver],
    ['of a calendar', '{version}', 'calendar', false, calendar],
  ])('are read %s, apart from all others', async (_, template, scheme, prereleases, expected) => {
    const tags = await tagsOf(registry.host)
    expect(readTags(tags, { template, scheme, prereleases }).map(({ text }) => text)).toEqual(expected)
  })

  test("are asked for with the credentials of the engine's client", async () => {
    expect(await tagsOf(closed.host, { env: await signedIn(closed.host) })).toHaveLength(all.length)
    await expect(tagsOf(closed.host)).rejects.toMatchObject({ code: 'PULL_AUTH' })
    const wrong = await signedIn('elsewhere.example')
    await expect(tagsOf(closed.host, { env: wrong })).rejects.toMatchObject({
      code: 'PULL_AUTH',
      details: { hint: `log in with "docker login ${closed.host}" first; is the name right?` },
    })
  })

  test('are asked for with a token of the service that the registry names, and a new one when it has run out', async () => {
    let served = 0
    const proxy = await paged((asked, answer) => {
      if (asked.url?.startsWith('/token')) {
        expect(asked.url).toBe('/token?service=test&scope=repository%3Aacme%2Fapp%3Apull')
        const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
        const right = asked.headers.authorization === basic
        answer.writeHead(right ? 200 : 401).end(JSON.stringify({ token: `token-number-${Math.floor(served / 2)}` }))
        return true
      }
      const valid = asked.headers.authorization === `Bearer token-number-${Math.floor(served / 2)}`
      if (valid) served += 1
      else {
        const challenge = `Bearer realm="http://${asked.headers.host}/token",service="test"`
        answer.writeHead(401, { 'www-authenticate': challenge }).end('{}')
      }
      return !valid
    })
    expect(await tagsOf(proxy.host, { env: await signedIn(proxy.host) })).toHaveLength(all.length)
    expect(proxy.asked.filter((asked) => asked.startsWith('GET /token')).length).toBeGreaterThan(1)
    await expect(tagsOf(proxy.host)).rejects.toMatchObject({ code: 'PULL_AUTH' })
  })

  test('come after the wait that a limit asks for', async () => {
    let refused = 0
    const proxy = await paged((_, answer) => {
      if (refused === 2) return false
      refused += 1
      answer.writeHead(429, { 'retry-after': '1' }).end('{}')
      return true
    })
    const begun = Date.now()
    expect(await tagsOf(proxy.host)).toHaveLength(all.length)
    expect(Date.now() - begun).toBeGreaterThanOrEqual(2_000)
  })

  test.each([{ 'retry-after': '3600' }, {}])('do not come where a limit asks for too long: %o', async (headers) => {
    const proxy = await paged((_, answer) => {
      answer.writeHead(429, headers).end('{}')
      return true
    })
    const begun = Date.now()
    await expect(tagsOf(proxy.host)).rejects.toMatchObject({ code: 'PULL_RATE_LIMIT' })
    expect(Date.now() - begun).toBeLessThan(2_000)
    expect(proxy.asked).toHaveLength(1)
  })

  test.each<[string, number, Record<string, string>, string, string]>([
    ['a page of HTML', 200, {}, '<html>', "the list of tags can't be read"],
    [
      'a link to another host',
      200,
      { link: '<http://elsewhere.example/v2/x>; rel="next"' },
      '{"tags":["1.0.0"]}',
      "the address of the next page can't be read",
    ],
    [
      'a list without an end',
      200,
      { link: '</v2/acme/app/tags/list?n=7>; rel="next"' },
      '{"tags":["1.0.0"]}',
      "a list without an end can't be read",
    ],
    ['a fault of its own', 500, {}, '{}', 'the registry answered 500'],
  ])('are a named problem where the registry gives %s', async (_, status, headers, body, says) => {
    const proxy = await paged((_asked, answer) => {
      answer.writeHead(status, headers).end(body)
      return true
    })
    await expect(tagsOf(proxy.host)).rejects.toMatchObject({
      code: 'PULL_FAILED',
      message: expect.stringContaining(says),
    })
  })

  test('of what is not there are a named problem', async () => {
    const list = (repository: string) => source.list(repository, tagContext())
    await expect(list(`${registry.host}/acme/other`)).rejects.toMatchObject({ code: 'PULL_NOT_FOUND' })
    await expect(list('127.0.0.1:1/acme/app')).rejects.toMatchObject({ code: 'PULL_FAILED' })
  })

  test('stop coming when the run is cancelled, also in a wait', async () => {
    const proxy = await paged((_, answer) => {
      answer.writeHead(429, { 'retry-after': '5' }).end('{}')
      return true
    })
    const stop = new AbortController()
    const listing = tagsOf(proxy.host, { signal: stop.signal })
    const asked = async (): Promise<void> => {
      if (proxy.asked.length === 0) await fetch(`http://${registry.host}/v2/`).then(asked)
    }
    await asked()
    stop.abort(new Error('cancelled'))
    await expect(listing).rejects.toThrow('cancelled')
  })
})

describe('on the command line', () => {
  const config = (path: string) => single({ to: '2.1.0' }).replace(/path: .*\n/, `path: { ${path} }\n`)
  const releases = (host: string) => `releases: { registry: "${host}/acme/app" }`

  async function plan(path: string, args: readonly string[], host = registry.host, env = {}) {
    const text = config(`${releases(host)}, ${path}`).replace('rehearsal-test/app:1.0', `${host}/acme/app:1.0.0`)
    const folder = await makeFolder({ 'upgrade-rehearsal.yml': text })
    const { exitCode, output } = await runCli(folder, ['plan', ...args], { env })
    return { exitCode, output: output.replaceAll(host, 'REGISTRY') }
  }

  test.each<[string, string, readonly string[]]>([
    ['by-minors', 'step: minor', []],
    ['by-a-stop', 'stops: ["1.2.x"], forbidden: [{ version: 1.2.9, because: loses notes }]', ['--to', '2.0.3']],
    ['of-a-calendar', 'scheme: calendar, step: minor, stops: ["2023.10.2"]', ['--from', '2023.8', '--to', '2024.6']],
    ['of-a-flavour', 'tags: "v{version}-alpine", step: major', ['--from', '1.1.0']],
  ])('the path %s is found', async (name, path, args) => {
    const { exitCode, output } = await plan(path, args)
    expect(exitCode, output).toBe(0)
    const way = output.slice(0, output.indexOf('\n1 prepare'))
    await expect(way).toMatchFileSnapshot(join(import.meta.dirname, `../plans/registry-${name}.txt`))
  })

  test('a policy that permits none ends with 20, and a closed registry with 21', async () => {
    const none = await plan('step: minor, forbidden: [{ version: 1.2.x, because: loses notes }]', [])
    expect(none).toMatchObject({ exitCode: 20, output: expect.stringContaining('1.1.4 → 2.0.0 jumps over minor 1.2') })
    const env = { DOCKER_CONFIG: await dockerConfig() }
    const shut = await plan('step: minor', [], closed.host, env)
    expect(shut).toMatchObject({
      exitCode: 21,
      output: expect.stringContaining('the registry wants other credentials'),
    })
  })

  test('a release without an image for this machine is gone around', async () => {
    const { digest, text } = await manifest('1.0.0')
    const other = { os: 'linux', architecture: 's390x' }
    const index = {
      schemaVersion: 2,
      mediaType: indexType,
      manifests: [{ mediaType: manifestType, size: text.length, digest, platform: other }],
    }
    await put('1.1.4', JSON.stringify(index), indexType)
    onTestFinished(() => put('1.1.4', text, manifestType))
    expect(await source.platforms?.(`${registry.host}/acme/app`, '1.1.4', tagContext())).toEqual(['linux/s390x'])
    const { output } = await plan('step: minor', ['--to', '1.2.0'])
    expect(output).toContain('1.0.0 → 1.1.0 → 1.2.0')
  })

  test('the path that was found is rehearsed, each stop pulled from the registry', async () => {
    const host = registry.host
    for (const [version, tag] of [
      ['1.0', '1.0.0'],
      ['1.1', '1.1.0'],
      ['2.0', '2.0.0'],
    ]) {
      await publish(`rehearsal-test/app:${version}`, `${host}/acme/notes:${tag}`)
      onTestFinished(() => forget(`${host}/acme/notes:${tag}`))
    }
    const text = single({ to: '2.0.0' })
      .replace('rehearsal-test/app:1.0', `${host}/acme/notes:1.0.0`)
      .replace(/path: .*\n/, `path: { releases: { registry: "${host}/acme/notes" }, step: minor }\n`)
    const outcome = await rehearse({ 'upgrade-rehearsal.yml': text })
    expect(outcome.exitCode, outcome.output).toBe(0)
    expect(outcome.verdict.hops.map(({ from, to }) => `${from} ${to}`)).toEqual(['1.0.0 1.1.0', '1.1.0 2.0.0'])
    expect(outcome.verdict.to.images[0]?.reference).toBe(`${host}/acme/notes:2.0.0`)
  })

  test('a policy that permits none is a verdict, and nothing starts', async () => {
    const outcome = await rehearse({ 'upgrade-rehearsal.yml': single({ to: '0.9' }) })
    expect(outcome.exitCode, outcome.output).toBe(20)
    expect(outcome.codes).toEqual(['PATH_UNSUPPORTED'])
    expect(outcome.verdict.reasons[0]?.message).toContain('1.0 → 0.9 is a downgrade')
    expect(outcome.entries.filter(({ type }) => type === 'image')).toEqual([])
    expect(
      (await docker('ps', '--quiet', '--filter', `label=upgrade-rehearsal.run=${outcome.verdict.runId}`)).trim(),
    ).toBe('')
  })
})
