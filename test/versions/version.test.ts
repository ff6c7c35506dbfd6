import { describe, expect, test } from 'vitest'
import { fittingTemplates, parseVersion, readTags, type Scheme } from '../../src/versions/index.ts'

test.each<[string, Scheme, string | undefined]>([
  ['1.8.3', 'semver', '1.8.3'],
  ['1.8', 'semver', '1.8.0'],
  ['15', 'semver', '15.0.0'],
  ['2.0.0-rc.1', 'semver', '2.0.0-rc.1'],
  ['2.0.0-RC10', 'semver', '2.0.0-rc.10'],
  ['2.0.0rc1', 'semver', '2.0.0-rc.1'],
  ['2.0-beta2', 'semver', '2.0.0-beta.2'],
  ['2.0.0-rc.1.fix', 'semver', '2.0.0-rc.1.fix'],
  ['2.0.0-0', 'semver', '2.0.0-0'],
  ['1.2.3-alpine', 'semver', undefined],
  ['1.2.3-alpine3.20', 'semver', undefined],
  ['latest', 'semver', undefined],
  ['1.08.3', 'semver', undefined],
  ['1.2.3.4', 'semver', undefined],
  ['2024.10.1', 'semver', undefined],
  ['20241001', 'semver', undefined],
  ['', 'semver', undefined],
  ['2024.10', 'calendar', '2024.10.0'],
  ['2024.10.1', 'calendar', '2024.10.1'],
  ['24.04', 'calendar', '24.4.0'],
  ['2024.06.02', 'calendar', '2024.6.2'],
  ['2024.10.0b3', 'calendar', '2024.10.0-b.3'],
  ['2024', 'calendar', undefined],
  ['2024.13', 'calendar', undefined],
  ['1.8.3', 'calendar', undefined],
])('%s by %s is %s', (text, scheme, order) => {
  expect(parseVersion(text, scheme)?.order.version).toBe(order)
})

describe('the releases among tags', () => {
  const read = (tags: string[], template = '{version}', scheme: Scheme = 'semver', prereleases = false) =>
    readTags(tags, { template, scheme, prereleases }).map(({ text }) => text)

  test.each([
    ['are in the order of their numbers', ['1.10.0', '1.9.0', '1.9.10'], ['1.9.0', '1.9.10', '1.10.0']],
    ['have no names among them', ['latest', 'edge', '1.0.0', 'sha-0f0f0f'], ['1.0.0']],
    ['have no other flavours among them', ['1.0.0', '1.0.0-alpine', '1.0.0-debian-12-r3'], ['1.0.0']],
    ['have no tags that point to longer ones', ['1', '1.8', '1.8.3', '1.8.4', '2'], ['1.8.3', '1.8.4', '2']],
    ['may have two numbers', ['15', '15.3', '15.4', '16.1', '16'], ['15.3', '15.4', '16.1']],
    ['are told once', ['1.0.0', '1.0.0'], ['1.0.0']],
    ['have no v that nobody asked for', ['v1.0.0', '1.1.0'], ['1.1.0']],
    ['have no pre-releases', ['1.0.0-rc.1', '1.0.0-beta2', '1.0.0'], ['1.0.0']],
  ])('%s', (_, tags, releases) => expect(read(tags)).toEqual(releases))

  test('by a prefix and a suffix are those alone', () => {
    const tags = ['v1.0.0-alpine', 'v1.1.0-alpine', 'v1.2.0', '1.3.0-alpine', 'v1.4.0-rc.1-alpine']
    expect(read(tags, 'v{version}-alpine')).toEqual(['1.0.0', '1.1.0'])
    expect(read(tags, 'v{version}-alpine', 'semver', true)).toEqual(['1.0.0', '1.1.0', '1.4.0-rc.1'])
  })

  test('of a calendar have months that are releases of their own', () => {
    const tags = ['2024.10', '2024.10.1', '2024.6', '2024', '2023.12.0', '2023.12', '1.0.0']
    expect(read(tags, '{version}', 'calendar')).toEqual(['2023.12.0', '2024.6', '2024.10', '2024.10.1'])
  })

  test('come with pre-releases in their place where these are asked for', () => {
    const tags = ['1.0.0', '1.0.0-rc10', '1.0.0-rc9', '1.0.0-alpha']
    expect(read(tags, '{version}', 'semver', true)).toEqual(['1.0.0-alpha', '1.0.0-rc9', '1.0.0-rc10', '1.0.0'])
  })
})

test('where no tag fits, the templates that would are known', () => {
  const tags = ['v1.0.0', 'v1.1.0', '1.0.0-alpine', 'v2.0.0-rc1', 'latest']
  expect(fittingTemplates(tags, 'semver')).toEqual([
    { template: 'v{version}', count: 2 },
    { template: '{version}-alpine', count: 1 },
  ])
})
