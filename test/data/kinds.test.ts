import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { DataKind } from '../../src/data/data.ts'
import { dataKinds, inferData } from '../../src/data/index.ts'
import { fixtures } from '../../src/fixtures/index.ts'

const kindOf = (kind: string) => dataKinds.find(({ name }) => name === kind) as DataKind<unknown>

/** A fixture as the configuration would hold it. */
function fixture(kind: string, written: object) {
  const found = fixtures.find(({ name }) => name === kind)
  return { kind, options: found?.schema.parse(written) }
}

const titled = (given: Parameters<typeof inferData>[0]) =>
  inferData(given).map(({ kind, options }) => `${kind} ${kindOf(kind).title(options)}`)

test.each(dataKinds.map(({ name }) => name))('the example of %s can be parsed', (name) => {
  const kind = kindOf(name)
  const options = kind.schema.parse(parse(kind.example)[name])
  expect(kind.title(options)).not.toBe('')
  expect([...kind.services(options), ...(kind.volumes?.(options) ?? [])]).toHaveLength(1)
})

describe('what the fixtures tell', () => {
  const keys = { endpoint: 'http://s3:9000', from: 'media/', 'access-key': 'a', 'secret-key': 'b' }

  test.each<[string, object, object]>([
    [
      'postgres',
      { service: 'db', dump: 'a.sql', user: 'u', database: 'd' },
      { service: 'db', user: 'u', database: 'd' },
    ],
    [
      'mysql',
      { service: 'db', dump: 'a.sql', user: 'u', password: 'p', database: 'd' },
      { service: 'db', user: 'u', password: 'p', database: 'd' },
    ],
    [
      'redis',
      { service: 'cache', dump: 'a.aof', password: 'p', port: 6380 },
      { service: 'cache', password: 'p', port: 6380 },
    ],
    ['sqlite', { service: 'web', path: '/data/a.db', from: 'a.db' }, { service: 'web', file: '/data/a.db' }],
    [
      's3',
      { ...keys, bucket: 'media', region: 'eu-1' },
      { endpoint: 'http://s3:9000', region: 'eu-1', 'access-key': 'a', 'secret-key': 'b' },
    ],
  ])('%s', (kind, given, expected) => {
    const [found, ...more] = inferData([fixture(kind, given)])
    expect(more).toEqual([])
    expect(found).toEqual({ kind, options: expected })
    // What is inferred could have been written.
    expect(kindOf(kind).schema.parse(found?.options)).toEqual(expected)
  })

  test.each([
    ['sqlite', { volume: 'data', path: 'a.db', from: 'a.db' }],
    ['seed', { service: 'db', run: 'seed' }],
    ['volume', { name: 'data', archive: 'a.tar' }],
  ])('nothing: %s %j', (kind, given) => expect(inferData([fixture(kind, given)])).toEqual([]))

  test('each store once, in the order of the fixtures', () => {
    const given = [
      fixture('s3', { ...keys, bucket: 'media' }),
      fixture('seed', { service: 'web', run: 'seed' }),
      fixture('postgres', { service: 'db', dump: 'a.sql' }),
      fixture('s3', { ...keys, bucket: 'avatars' }),
      fixture('postgres', { service: 'db', dump: 'b.sql' }),
      fixture('postgres', { service: 'db', dump: 'c.sql', database: 'other' }),
      fixture('mysql', { service: 'db', dump: 'a.sql' }),
    ]
    expect(titled(given)).toEqual(['s3 s3', 'postgres db', 'postgres db/other', 'mysql db'])
  })
})

test.each([
  ['sqlite', { service: 'web', file: 'data/app.db' }],
  ['postgres', { service: 'db', table: 'x' }],
  ['s3', { endpoint: 's3:9000', 'access-key': 'a', 'secret-key': 'b' }],
])('%s with %j is refused', (kind, options) => expect(kindOf(kind).schema.safeParse(options).success).toBe(false))
