import { describe, expect, test } from 'vitest'
import { pathOf, tagFor, versionFrom } from '../../src/releases/path.ts'

describe('the path', () => {
  test.each([
    ['goes straight without stops', '1.0', '2.0', [], ['1.0', '2.0']],
    ['visits stops between, in order', '1.0', '2.0', ['1.1', '1.2'], ['1.0', '1.1', '1.2', '2.0']],
    ['leaves out what lies before', '1.5', '2.0', ['1.1', '1.6'], ['1.5', '1.6', '2.0']],
    ['leaves out what lies after', '1.0', '1.5', ['1.1', '1.6', '9.9'], ['1.0', '1.1', '1.5']],
    ['leaves out source and target themselves', '1.0', '2.0', ['1.0', '1.1', '2.0'], ['1.0', '1.1', '2.0']],
    ['knows the same version in another form', 'v1.0', '2.0', ['1.0.0', 'v1.1'], ['v1.0', 'v1.1', '2.0']],
    ['compares numbers, not letters', '1.9', '1.11', ['1.10'], ['1.9', '1.10', '1.11']],
    [
      'knows pre-releases',
      '1.0.0',
      '1.1.0',
      ['1.1.0-rc.1', '1.1.0-rc.2'],
      ['1.0.0', '1.1.0-rc.1', '1.1.0-rc.2', '1.1.0'],
    ],
    [
      'takes stops as they are where the ends are no versions',
      'stable',
      'next',
      ['middle'],
      ['stable', 'middle', 'next'],
    ],
    ['of a downgrade has no stop', '2.0', '1.0', ['1.5'], ['2.0', '1.0']],
  ])('%s', (_, from, to, stops, expected) => {
    expect(pathOf(from, to, stops)).toEqual(expected)
  })

  test.each([
    ['out of order', ['1.2', '1.1'], '1.1 stands after 1.2'],
    ['twice', ['1.2', '1.2'], '1.2 stands after 1.2'],
    ['pre-releases out of order', ['1.2.0-rc.2', '1.2.0-rc.1'], '1.2.0-rc.1 stands after 1.2.0-rc.2'],
  ])('refuses stops %s', (_, stops, said) => {
    expect(() => pathOf('1.0', '2.0', stops)).toThrow(
      expect.objectContaining({ code: 'CONFIG', message: `path.stops are not in ascending order: ${said}` }),
    )
  })
})

test.each([
  ['1.0', '{version}', '1.0'],
  ['v1.0', 'v{version}', '1.0'],
  ['app-1.0-alpine', 'app-{version}-alpine', '1.0'],
  ['latest', 'v{version}', 'latest'],
  ['v', 'v{version}', 'v'],
])('tag %s by %s is version %s', (tag, template, version) => {
  expect(versionFrom(tag, template)).toBe(version)
  if (tag !== version || template === '{version}') expect(tagFor(version, template)).toBe(tag)
})

test('a version with $& stays itself in a tag', () => {
  expect(tagFor('$&', 'v{version}')).toBe('v$&')
})
