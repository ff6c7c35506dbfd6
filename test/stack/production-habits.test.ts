import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { ComposeModel, ComposeService } from '../../src/stack/compose-model.ts'
import { rewriteCompose } from '../../src/stack/compose-rewrite.ts'
import { secretsOf, secretValues } from '../../src/stack/secrets.ts'
import { refuseUnsafe } from '../../src/stack/unsafe.ts'

// What production's Compose files ask for, and a rehearsal must not hand on as it is.

function rewritten(service: ComposeService): ComposeService {
  const model: ComposeModel = { services: { web: { image: 'web:1', ...service } } }
  const images = new Map([['web:1', 'sha256:1']])
  const done = rewriteCompose(model, { runId: 'abc', images, binds: new Map(), graceMs: 1_000 })
  return (JSON.parse(JSON.stringify(done.model)) as ComposeModel).services.web as ComposeService
}

test.each([
  [{ restart: 'always' }, 'on-failure'],
  [{ restart: 'on-failure:3' }, 'on-failure:3'],
  [{}, 'no'],
  [{ deploy: { restart_policy: { condition: 'any' } } }, 'on-failure'],
  [{ restart: 'no', deploy: { restart_policy: {} } }, 'on-failure'],
  [{ restart: 'always', deploy: { restart_policy: { condition: 'none' } } }, 'no'],
])('%j restarts as in production, and never for ever', (service, restart) => {
  const { restart: got, deploy } = rewritten(service)
  expect(got).toBe(restart)
  expect(deploy?.restart_policy).toBeUndefined()
})

test('containers beside the rehearsal are out of reach', () => {
  expect(rewritten({ external_links: ['production-db'] })).not.toHaveProperty('external_links')
  const refused: ComposeService[] = [
    { volumes_from: ['container:production-db'] },
    { pid: 'container:production-db' },
    { ipc: 'container:production-db' },
    { uts: 'host' },
    { cgroup: 'host' },
  ]
  for (const service of refused) {
    expect(() => refuseUnsafe({ services: { web: service } })).toThrow(
      expect.objectContaining({ code: 'STACK_UNSAFE' }),
    )
  }
  refuseUnsafe({ services: { web: { volumes_from: ['db'], pid: 'service:db' } } })
})

test('what secrets hold is known before anything is printed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'secrets-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'key.txt'), 'from-a-file\n')
  await writeFile(join(folder, '.env'), 'IN_FILE=from-env-file\nBOTH=not-this\n')
  const model: ComposeModel = {
    services: { web: { environment: { API_TOKEN: 'a$$b', PLAIN: 'x', URL: 'postgres://u:in-the-url@db/x' } } },
    secrets: { a: { file: join(folder, 'key.txt') }, b: { environment: 'IN_FILE' }, c: { environment: 'BOTH' } },
    configs: { d: { environment: 'FOR_CONFIG' } },
  }
  const found = await secretValues(model, [join(folder, '.env')], { BOTH: 'from-environment', FOR_CONFIG: 'shown' })
  expect(found.needed).toEqual({ IN_FILE: 'from-env-file', BOTH: 'from-environment', FOR_CONFIG: 'shown' })
  const compose = { stack: { kind: 'compose' }, folder } as never
  expect((await secretsOf(compose, [{ model, secrets: found.secrets }])).map(({ value }) => value)).toEqual([
    'a$b',
    'in-the-url',
    'from-a-file\n',
    'from-env-file',
    'from-environment',
  ])
  await writeFile(join(folder, 'prod.env'), 'DB_PASSWORD=of-the-file\nMODE=fast\n')
  const single = {
    stack: { kind: 'single', 'env-file': 'prod.env', env: { API_KEY: 'of-the-config' } },
    folder,
  } as never
  expect((await secretsOf(single, [])).map(({ value }) => value)).toEqual(['of-the-file', 'of-the-config'])
})
