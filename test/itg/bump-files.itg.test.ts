import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { mergeOf, origin, pullRequest, shallow } from '../bump/clones.ts'
import { compose } from './apps.ts'
import { leftovers, runCli } from './harness.ts'

const ten = { fixtures: '\n  - seed: { service: web, run: [app, seed, "10"] }', smoke: '\n  - http: { get: /notes }' }
const files = compose(ten)
const quick = { ...files, 'upgrade-rehearsal.yml': `${files['upgrade-rehearsal.yml']}rollback: none\n` }

/** A pull request on a runner: the merge of its head, one commit deep. */
async function opened(before: Readonly<Record<string, string>>, change: Readonly<Record<string, string>>) {
  const from = await origin(before)
  const base = await from.commit({})
  await from.git('checkout', '--quiet', '-b', 'renovate/app')
  const head = await from.commit({ '.env': '# production\nAPP_VERSION=2.0\n', ...change })
  const folder = await shallow(from, await mergeOf(from, base, head))
  return { folder, base, env: (await pullRequest(base, head)) as Record<string, string> }
}

async function ended(folder: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { exitCode, output } = await runCli(folder, args, { env })
  const verdict = JSON.parse(await readFile(join(folder, 'upgrade-report/verdict.json'), 'utf8')) as Verdict
  expect(await leftovers(verdict.runId)).toEqual([])
  return { exitCode, output, verdict }
}

const servicesOf = ({ images }: Verdict['from']) => images.map(({ service }) => service).sort()

test('a mount path that moves with the pin leaves the data behind, however healthy the target is', {
  timeout: 300_000,
}, async () => {
  const moved = quick['docker-compose.yml']
    .replace('db-data:/var/lib/postgresql/data', 'db-data:/var/lib/store')
    .replace('POSTGRES_DB: notes', 'POSTGRES_DB: notes, PGDATA: /var/lib/store/15')
  const { folder, base, env } = await opened(quick, { 'docker-compose.yml': moved })
  const { exitCode, output, verdict } = await ended(folder, ['bump'], env)
  expect(exitCode, output).toBe(20)
  expect(verdict.reasons.map(({ code }) => code)).toContain('DATA_LOST')
  const told = `docker-compose.yml at ${base.slice(0, 12)}`
  expect(verdict.bump).toMatchObject({ kind: 'upgrade', base, files: [told] })
  expect(output).toContain(`from 1.0, of ${told}`)
  expect(output).toMatch(/db mounts +added \/var\/lib\/store; removed \/var\/lib\/postgresql\/data/)

  // With the checkout's file on both sides nobody would see it.
  const blind = await ended(folder, ['run', '--from', '1.0', '--to', '2.0'])
  expect(blind.exitCode, blind.output).toBe(0)
})

const idle = (name: string, tag: string) =>
  `  ${name}: { image: "rehearsal-test/app:${tag}", entrypoint: [sh, -c, "trap exit TERM; sleep 9999 & wait"] }\n`
const beside = (service: string) => quick['docker-compose.yml'].replace('volumes: { db-', `${service}volumes: { db-`)

test('a service that is renamed with the bump has its old name in the source, and its pin there', async () => {
  const config = (name: string) =>
    quick['upgrade-rehearsal.yml'].replace(
      /pin: (.*)/,
      `pin:\n  - image: { file: docker-compose.yml, service: ${name} }\n  - $1`,
    )
  const before = { 'docker-compose.yml': beside(idle('worker', '1.0')), 'upgrade-rehearsal.yml': config('worker') }
  const after = { 'docker-compose.yml': beside(idle('jobs', '2.0')), 'upgrade-rehearsal.yml': config('jobs') }
  const { folder, env } = await opened({ ...quick, ...before }, after)
  const { exitCode, output, verdict } = await ended(folder, ['bump'], env)
  expect([exitCode, verdict.bump?.kind], output).toEqual([0, 'upgrade'])
  expect([servicesOf(verdict.from), servicesOf(verdict.to)]).toEqual([
    ['db', 'web', 'worker'],
    ['db', 'jobs', 'web'],
  ])
})

test('a service that comes with the bump is not there before it', async () => {
  const { folder, env } = await opened(quick, { 'docker-compose.yml': beside(idle('worker', '${APP_VERSION}')) })
  const { exitCode, output, verdict } = await ended(folder, ['bump'], env)
  expect(exitCode, output).toBe(0)
  expect([servicesOf(verdict.from), servicesOf(verdict.to)]).toEqual([
    ['db', 'web'],
    ['db', 'web', 'worker'],
  ])
  expect(output).toContain('worker service  added, rehearsal-test/app:2.0')
})
