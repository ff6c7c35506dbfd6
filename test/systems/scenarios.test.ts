import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { changed, loadScenarios } from '../../scripts/systems/scenarios.ts'
import { partOf, shareOf } from '../../scripts/systems/share.ts'

const config = {
  name: 'app',
  stack: { compose: 'docker-compose.yml', address: 'http://app:80' },
  fixtures: [{ volume: { name: 'data', archive: 'data.tar.gz' } }, { postgres: { service: 'db', dump: 'prod.dump' } }],
  smoke: [{ http: { get: '/' } }],
}
const { stack, fixtures } = config
const text = stringify(config)

test.each([
  ['a key of the top', { name: 'other' }, { ...config, name: 'other' }],
  ['a nested key', { 'stack.compose': 'new.yml' }, { ...config, stack: { ...stack, compose: 'new.yml' } }],
  [
    'a key in an entry of a list',
    { 'fixtures.1.postgres.dump': 'old.dump' },
    { ...config, fixtures: [fixtures[0], { postgres: { service: 'db', dump: 'old.dump' } }] },
  ],
  [
    'a whole entry of a list',
    { 'fixtures.0': { file: { from: 'a', to: 'b' } } },
    { ...config, fixtures: [{ file: { from: 'a', to: 'b' } }, fixtures[1]] },
  ],
  ['a whole list', { smoke: [] }, { ...config, smoke: [] }],
  ['a new key', { 'stack.project': 'x' }, { ...config, stack: { ...stack, project: 'x' } }],
  [
    'a new key below a new key',
    { 'upgrade.migrate.dependencies': true },
    { ...config, upgrade: { migrate: { dependencies: true } } },
  ],
])('%s is changed, and nothing else', (_, change, expected) => {
  expect(changed(text, change)).toEqual(expected)
})

test('several changes are made in their order', () => {
  const change = { upgrade: { strategy: 'restart' }, 'upgrade.grace': '5s', 'upgrade.strategy': 'migrate' }
  expect(changed(text, change)).toEqual({ ...config, upgrade: { strategy: 'migrate', grace: '5s' } })
})

test('no change leaves the configuration as it is', () => {
  expect(changed(text, undefined)).toEqual(config)
  expect(changed(text, {})).toEqual(config)
})

test('every system is rehearsed as documented, and no scenario twice', async () => {
  const names = (await loadScenarios()).map(({ system, name }) => `${system}: ${name}`)
  const documented = names.filter((name) => name.endsWith(': as documented'))
  expect(documented).toHaveLength(5)
  expect(names.length).toBeGreaterThan(documented.length)
  expect(new Set(names).size).toBe(names.length)
})

test('a commit has one part of the traps, and three parts are all', async () => {
  const all = await loadScenarios()
  const commits = ['00000000', '00000001', '00000002']
  expect(commits.map(partOf)).toEqual([0, 1, 2])
  const shares = commits.map((id) => shareOf(all, id).chosen)
  for (const share of shares) {
    expect(share.filter(({ name }) => name === 'as documented')).toHaveLength(5)
    expect(share.length).toBeLessThan(all.length / 2)
  }
  expect(new Set(shares.flat())).toEqual(new Set(all))
})
