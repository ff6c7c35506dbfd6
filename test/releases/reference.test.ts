import { describe, expect, test } from 'vitest'
import { isReference, isTag, repositoryOf, tagOf, withTag } from '../../src/releases/reference.ts'

const digest = `sha256:${'0f'.repeat(32)}`

test.each([
  ['app', 'app', undefined],
  ['app:1.0', 'app', '1.0'],
  ['acme/my_app:v1-rc.2', 'acme/my_app', 'v1-rc.2'],
  ['localhost:5000/app', 'localhost:5000/app', undefined],
  ['127.0.0.1:5000/acme/app:1.0', '127.0.0.1:5000/acme/app', '1.0'],
  ['Registry.Example.com/acme/app:1.0', 'Registry.Example.com/acme/app', '1.0'],
  [`app@${digest}`, 'app', undefined],
  [`ghcr.io/acme/app:1.0@${digest}`, 'ghcr.io/acme/app', '1.0'],
])('%s is a reference', (reference, repository, tag) => {
  expect(isReference(reference)).toBe(true)
  expect(repositoryOf(reference)).toBe(repository)
  expect(tagOf(reference)).toBe(tag)
  expect(withTag(reference, '9')).toBe(`${repository}:9`)
})

test('the id of a local image is a reference', () => {
  expect(isReference(digest)).toBe(true)
})

const hostile = [
  '--privileged',
  '-v',
  ';rm',
  'a;rm -rf /',
  '$(id)',
  '`id`',
  'a b',
  'a\nb',
  '',
  '.',
  'a|b',
  'a&b',
  '../a',
  'a\0',
]

describe('what could become something else than a reference', () => {
  test.each([
    ...hostile,
    'App:1.0',
    'app:',
    'app:-1',
    'app@sha256:12',
    'http://a/b',
    'a//b',
    '/a',
    'app:1.0 --privileged',
  ])('%j is none', (text) => {
    expect(isReference(text)).toBe(false)
  })

  test.each([...hostile.filter((text) => text !== 'a'), `${'a'.repeat(129)}`, 'a/b', 'a:b', '.1'])(
    '%j is no tag',
    (text) => {
      expect(isTag(text)).toBe(false)
    },
  )

  test.each(['1.0', 'v1.0_rc-1', 'latest', '_x', 'a'.repeat(128)])('%s is a tag', (text) => {
    expect(isTag(text)).toBe(true)
  })
})
