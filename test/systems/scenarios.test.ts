import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { changed, loadScenarios } from '../../scripts/systems/scenarios.ts'

const text = `
name: app
stack: { compose: docker-compose.yml, address: "http://app:80" }
fixtures:
  - volume: { name: data, archive: data.tar.gz }
  - postgres: { service: db, dump: prod.dump }
smoke:
  - http: { get: / }
`

test.each([
  ['a key of the top', { name: 'other' }, ['name'], 'other'],
  ['a nested key', { 'stack.compose': 'new.yml' }, ['stack', 'compose'], 'new.yml'],
  [
    'a key in an entry of a list',
    { 'fixtures.1.postgres.dump': 'old.dump' },
    ['fixtures', 1, 'postgres', 'dump'],
    'old.dump',
  ],
  [
    'a whole entry of a list',
    { 'fixtures.0': { file: { from: 'a', to: 'b' } } },
    ['fixtures', 0],
    { file: { from: 'a', to: 'b' } },
  ],
  ['a list', { smoke: [] }, ['smoke'], []],
  ['a new key', { 'stack.project': 'x' }, ['stack', 'project'], 'x'],
  ['a new key below a new key', { 'upgrade.migrate.dependencies': true }, ['upgrade', 'migrate', 'dependencies'], true],
])('%s is changed, and nothing else', (_, change, path, value) => {
  const got = changed(text, change)
  expect(at(got, path)).toEqual(value)
  const expected = parse(text) as Record<string, unknown>
  put(expected, path, value)
  expect(got).toEqual(expected)
})

test('several changes are made in their order', () => {
  const got = changed(text, { upgrade: { strategy: 'restart' }, 'upgrade.grace': '5s', 'upgrade.strategy': 'migrate' })
  expect(got).toEqual({ ...(parse(text) as object), upgrade: { strategy: 'migrate', grace: '5s' } })
})

test('no change leaves the configuration as it is', () => {
  expect(changed(text, undefined)).toEqual(parse(text))
  expect(changed(text, {})).toEqual(parse(text))
})

test('every system is rehearsed as documented, and no scenario twice', async () => {
  const names = (await loadScenarios()).map(({ system, name }) => `${system}: ${name}`)
  const documented = names.filter((name) => name.endsWith(': as documented'))
  expect(documented).toHaveLength(5)
  expect(names.length).toBeGreaterThan(documented.length)
  expect(new Set(names).size).toBe(names.length)
})

type Node = Record<string | number, unknown>

function at(node: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Node)[key], node)
}

/** By hand, step by step, as the path says. */
function put(config: unknown, path: readonly (string | number)[], value: unknown): void {
  let node = config as Node
  for (const key of path.slice(0, -1)) {
    if (node[key] === undefined) node[key] = {}
    node = node[key] as Node
  }
  node[path.at(-1) as string | number] = value
}
