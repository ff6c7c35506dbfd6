import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ComposeModel } from '../../src/stack/compose-model.ts'
import { rewriteCompose } from '../../src/stack/compose-rewrite.ts'

/** As `docker compose config` gives it: everything by which one project could meet another, or the machine. */
const production: ComposeModel = {
  name: 'production',
  services: {
    db: {
      image: 'postgres:15',
      container_name: 'production-db',
      restart: 'always',
      environment: { POSTGRES_PASSWORD: 'secret' },
      networks: { back: { aliases: ['postgres'], ...{ ipv4_address: '10.1.2.3' } } },
      ports: [{ target: 5432, ...{ published: '5432', host_ip: '0.0.0.0' } }],
      volumes: [
        { type: 'volume', source: 'db-data', target: '/var/lib/postgresql/data', volume: {} },
        { type: 'bind', source: '/srv/app/postgresql.conf', target: '/etc/postgresql.conf', read_only: true },
      ],
      secrets: [{ source: 'password' }, { source: 'key', target: '/keys/key' }],
      stop_grace_period: '1m0s',
    },
    web: {
      image: 'registry.example.com:5000/acme/web:1.0',
      build: { context: '.' },
      depends_on: { db: { condition: 'service_healthy', required: true } },
      deploy: { restart_policy: { condition: 'on-failure' } },
      devices: [],
      extra_hosts: ['host.docker.internal=host-gateway'],
      labels: { 'com.example.team': 'web' },
      logging: { driver: 'syslog' },
      network_mode: 'bridge',
      pull_policy: 'always',
      volumes: [
        { type: 'bind', source: '/srv/app/uploads', target: '/uploads', bind: { create_host_path: true } },
        { type: 'bind', source: '/srv/app/not-there', target: '/cache' },
        { type: 'volume', target: '/anonymous' },
        { type: 'tmpfs', target: '/tmp' },
      ],
      configs: [{ source: 'settings', target: '/app/settings.json' }, { source: 'inline' }],
    },
    worker: {
      image: 'registry.example.com:5000/acme/web:1.0',
      command: ['worker'],
      networks: { back: null, default: null },
      volumes: [{ type: 'bind', source: '/srv/app/uploads', target: '/data', read_only: true }],
    },
  },
  networks: {
    back: { name: 'production_back', driver: 'bridge', ...{ ipam: { config: [{ subnet: '10.1.2.0/24' }] } } },
  },
  volumes: { 'db-data': { name: 'production_db-data', external: true } },
  configs: {
    settings: { name: 'production_settings', file: '/srv/app/settings.json' },
    inline: { name: 'production_inline', content: 'x' },
  },
  secrets: { password: { name: 'p', file: '/srv/app/password' }, key: { name: 'k', file: '/srv/app/key' } },
}

const input = {
  runId: 'abcd2345',
  images: new Map([
    ['postgres:15', `postgres@sha256:${'1'.repeat(64)}`],
    ['registry.example.com:5000/acme/web:1.0', `sha256:${'2'.repeat(64)}`],
  ]),
  binds: new Map([
    ['/srv/app/postgresql.conf', 'file'],
    ['/srv/app/uploads', 'folder'],
    ['/srv/app/not-there', 'missing'],
  ] as const),
  graceMs: 30_000,
}

test('a production stack keeps its meaning and loses every way out', async () => {
  // The owner names a process of this run: it would differ each time.
  const text = JSON.stringify(rewriteCompose(production, input), null, 2).replace(
    /("upgrade-rehearsal\.owner": )"[^"]*"/g,
    '$1"…"',
  )
  await expect(`${text}\n`).toMatchFileSnapshot(join(import.meta.dirname, 'golden/rewritten.json.golden'))
})

test('nothing of what ties it to the machine or to its own project is left', () => {
  const { model } = rewriteCompose(production, input)
  const text = JSON.stringify(model)
  for (const tie of [
    'published',
    'container_name',
    'host-gateway',
    '/srv/app',
    '10.1.2',
    'production_',
    'syslog',
    '"build"',
    'pull_policy',
    '"always"',
  ]) {
    expect(text).not.toContain(tie)
  }
})

test('what was read is not changed by it, and the same input gives the same result', () => {
  const before = JSON.stringify(production)
  const once = JSON.stringify(rewriteCompose(production, input))
  expect(JSON.stringify(rewriteCompose(production, input))).toBe(once)
  expect(JSON.stringify(production)).toBe(before)
})

test('other volumes take the place of those that were planned, and only what no file names is added', () => {
  const { model, volumes } = rewriteCompose(production, {
    ...input,
    volume: (planned) => `${planned}-fork`,
    mounts: (service) => [
      { volume: `of-${service}`, target: '/asked-for' },
      ...(service === 'web' ? [{ volume: 'not-this', target: '/uploads' }] : []),
    ],
  })
  const { services, volumes: declared } = model as {
    services: Record<string, { volumes: { source: string; target: string }[] }>
    volumes: object
  }
  const mounts = services.web?.volumes.map(({ source, target }) => `${source ?? ''}:${target}`) ?? []
  expect(mounts).toContain('of-web:/asked-for')
  expect(mounts.filter((mount) => mount.endsWith(':/uploads'))).toEqual([expect.stringMatching(/^ur-.*-fork:/)])
  // Those that were planned keep their names: they are what a checkpoint is of.
  expect(volumes.filter(({ name }) => name.endsWith('-fork'))).toEqual([])
  expect(Object.keys(declared).toSorted()).toEqual(
    [...volumes.map(({ name }) => `${name}-fork`), 'of-db', 'of-web', 'of-worker'].toSorted(),
  )
})

describe('refuses', () => {
  test('an image that was not pulled', () => {
    expect(() => rewriteCompose(production, { ...input, images: new Map() })).toThrow(
      'service "db" has no image that was pulled',
    )
  })

  test('a mount that it does not know', () => {
    const model: ComposeModel = {
      services: { web: { image: 'postgres:15', volumes: [{ type: 'npipe', source: 'x', target: '/x' }] } },
    }
    expect(() => rewriteCompose(model, input)).toThrow(
      expect.objectContaining({ code: 'STACK_INVALID', message: expect.stringContaining('mounts a npipe') }),
    )
  })
})
