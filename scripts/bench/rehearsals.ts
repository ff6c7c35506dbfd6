import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../root.ts'
import type { Group } from './figure.ts'
import type { Large } from './large.ts'
import { measure, pairedRatio } from './measure.ts'

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

/** A rehearsal with two ways back on 1 GB of PostgreSQL: by forks, and by copies. */
export async function forkedRehearsal(large: Large, tell: Parameters<Group>[0]): Promise<void> {
  await configure(large, 'forks.yml', 'rollback: [{ image: {} }, { restore: { expect: works } }]')
  await configure(
    large,
    'copies.yml',
    'rollback: [{ image: {} }, { restore: { expect: works } }]\ncheckpoint: { forks: copy }',
  )
  const { ratio, a, b } = await pairedRatio(
    3,
    () => rehearse(large, 'forks.yml'),
    () => rehearse(large, 'copies.yml'),
  )
  tell({
    name: 'rehearsal with two ways back, 1 GB, forks / copies',
    value: ratio,
    unit: '',
    target: 1,
    detail: `${seconds(a)} / ${seconds(b)}`,
  })
}

/** The same baseline restored from its dump, and taken from the cache. */
export async function cachedRehearsal(large: Large, tell: Parameters<Group>[0]): Promise<void> {
  await configure(large, 'cache.yml', 'rollback: none\ncheckpoint: { cache: cache }')
  const folder = join(large.folder, 'cache')
  const cold = async () => {
    await rm(folder, { recursive: true, force: true })
    return await rehearse(large, 'cache.yml')
  }
  await cold()
  const { ratio, a, b } = await pairedRatio(
    3,
    async () => {
      await cold()
      return await rehearse(large, 'cache.yml')
    },
    cold,
  )
  tell({
    name: 'rehearsal on 1 GB of PostgreSQL, from the cache / restored and kept there',
    value: ratio,
    unit: '',
    target: 1,
    detail: `${seconds(a)} / ${seconds(b)}`,
  })
}

async function configure({ folder }: Large, name: string, more: string): Promise<void> {
  const config = `
stack: { compose: docker-compose.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: V } }
path: { to: "2.0" }
fixtures: [ { postgres: { service: db, dump: large.sql } } ]
smoke: [ { http: { get: /health } } ]
ready: { steady: 0s }
${more}
`
  await writeFile(join(folder, name), config)
}

async function rehearse({ folder }: Large, config: string): Promise<number> {
  const argv = [process.execPath, join(root, 'dist/cli.cjs'), 'run', '--config', config, '--report-dir', 'report']
  return (await measure(argv, { cwd: folder })).ms
}
