import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { single } from './apps.ts'
import { docker, type Outcome, rehearse } from './harness.ts'
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
  type Variant,
  variant,
} from './registry.ts'

let registry: Registry
let closed: Registry
let older: Variant
let newer: Variant
let digests: readonly string[]

beforeAll(async () => {
  registry = await startRegistry()
  closed = await startPrivateRegistry(registry)
  older = await variant('rehearsal-test/app:1.0')
  newer = await variant('rehearsal-test/app:2.0')
  digests = [
    await publish(older.name, `${registry.host}/notes:1.0`),
    await publish(newer.name, `${registry.host}/notes:2.0`),
  ]
})

afterAll(async () => {
  await closed?.remove()
  await registry?.remove()
  await forget(older?.name, newer?.name)
})

/** The note keeper from a registry. What was pulled is forgotten afterwards. */
function notesFrom(host: string, to = '2.0', source = '1.0'): { 'upgrade-rehearsal.yml': string } {
  onTestFinished(() => forget(`${host}/notes:${source}`, `${host}/notes:${to}`))
  return { 'upgrade-rehearsal.yml': single({ to }).replace('rehearsal-test/app:1.0', `${host}/notes:${source}`) }
}

function expectNothingRan(outcome: Outcome, code: string): void {
  expect(outcome.codes, outcome.output).toEqual([code])
  expect(outcome.verdict.verdict).toBe('inconclusive')
  expect(outcome.exitCode).toBe(21)
  expect(outcome.entries.filter(({ type }) => type === 'containers' || type === 'proof')).toEqual([])
}

async function everythingSaid(outcome: Outcome): Promise<string> {
  const names = await readdir(outcome.reports, { recursive: true, withFileTypes: true })
  const texts = names
    .filter((entry) => entry.isFile())
    .map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8'))
  return [outcome.output, ...(await Promise.all(texts))].join('\n')
}

describe('an image of a registry', () => {
  test('is pulled, run by its digest, and the digest is in the verdict', async () => {
    const outcome = await rehearse(notesFrom(registry.host))
    expect(outcome.exitCode, outcome.output).toBe(0)
    expect([outcome.verdict.from, outcome.verdict.to].map(({ images }) => images[0]?.digest)).toEqual(digests)
    const pulled = outcome.entries.flatMap((entry) =>
      entry.type === 'image' && entry.image.digest ? [entry.image] : [],
    )
    expect(
      pulled
        .map(({ source, run, id }) => ({ source, run, id }))
        .sort((a, b) => Number(b.id === older.id) - Number(a.id === older.id)),
    ).toEqual([
      { source: 'pulled', run: `${registry.host}/notes@${digests[0]}`, id: older.id },
      { source: 'pulled', run: `${registry.host}/notes@${digests[1]}`, id: newer.id },
    ])
    expect(
      outcome.entries.flatMap((entry) => (entry.type === 'proof' ? entry.services.map(({ running }) => running) : [])),
    ).toEqual([older.id, newer.id])
  })

  test('whose tag has moved since it was last pulled is pulled anew: the stale one never runs', async () => {
    const reference = `${registry.host}/notes:moved`
    const newest = await variant('rehearsal-test/app:2.0')
    onTestFinished(() => forget(newest.name))
    await publish(newer.name, reference)
    const digest = await publish(newest.name, reference)
    // As an earlier pull left it: the old image under the tag, known by its old digest.
    await docker('pull', '--quiet', `${registry.host}/notes:2.0`)
    await docker('tag', newer.name, reference)
    const outcome = await rehearse(notesFrom(registry.host, 'moved'), { args: ['--to', 'moved'] })
    expect(outcome.codes, outcome.output).toEqual([])
    expect(outcome.verdict.to.images[0]?.digest).toBe(digest)
    const proofs = outcome.entries.flatMap((entry) =>
      entry.type === 'proof' ? entry.services.map(({ running }) => running) : [],
    )
    expect(proofs).toEqual([older.id, newest.id])
  })

  test('that only this engine has is used as it is, though a registry knows it by another name', async () => {
    const reference = 'rehearsal-test/candidate:2.0'
    await docker('pull', '--quiet', `${registry.host}/notes:2.0`)
    await docker('tag', newer.name, reference)
    onTestFinished(() => forget(reference, `${registry.host}/notes:2.0`))
    const outcome = await rehearse({ 'upgrade-rehearsal.yml': single() }, { args: ['--to-image', reference] })
    expect(outcome.exitCode, outcome.output).toBe(0)
    const image = outcome.entries.flatMap((entry) =>
      entry.type === 'image' && entry.image.reference === reference ? [entry.image] : [],
    )
    expect(image).toEqual([{ reference, id: newer.id, run: newer.id, source: 'local' }])
  })
})

describe('what can not be pulled is no fault of the upgrade', () => {
  test('an unknown tag', async () => {
    const outcome = await rehearse(notesFrom(registry.host, '9.9'))
    expectNothingRan(outcome, 'PULL_NOT_FOUND')
    expect(outcome.output).toContain(`${registry.host}/notes:9.9`)
  })

  test('a registry that is down', async () => {
    // Port 1 is nobody's.
    expectNothingRan(await rehearse(notesFrom('127.0.0.1:1')), 'PULL_FAILED')
  })

  test('a registry that wants a login', async () => {
    const outcome = await rehearse(notesFrom(closed.host), { env: { DOCKER_CONFIG: await dockerConfig() } })
    expectNothingRan(outcome, 'PULL_AUTH')
    expect(outcome.output).toContain('docker login')
  })

  test('a rate limit, with a stale image under the same tag at hand', async () => {
    let limited = false
    const proxy = await startProxy(registry, (asked, answer) => {
      if (!limited || !/\/manifests\//.test(asked.url ?? '')) return false
      const errors = [{ code: 'TOOMANYREQUESTS', message: 'You have reached your pull rate limit.' }]
      answer.writeHead(429, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }))
      return true
    })
    const files = notesFrom(proxy.host)
    for (const tag of ['1.0', '2.0']) await docker('pull', '--quiet', `${proxy.host}/notes:${tag}`)
    limited = true
    proxy.asked.length = 0
    const outcome = await rehearse(files)
    expectNothingRan(outcome, 'PULL_RATE_LIMIT')
    expect(proxy.asked.some((line) => line.includes('/manifests/'))).toBe(true)
  })
})

test('with a login it is pulled, and nobody is told the password', async () => {
  const config = await dockerConfig()
  const login = promisify(execFile)('docker', ['login', '--username', user, '--password-stdin', closed.host], {
    env: { ...process.env, DOCKER_CONFIG: config },
  })
  login.child.stdin?.end(password)
  await login
  const outcome = await rehearse(notesFrom(closed.host), { env: { DOCKER_CONFIG: config } })
  expect(outcome.exitCode, outcome.output).toBe(0)
  const said = await everythingSaid(outcome)
  expect(said).toContain(`${closed.host}/notes@sha256:`)
  for (const secret of [password, Buffer.from(`${user}:${password}`).toString('base64')])
    expect(said).not.toContain(secret)
})
