import { describe, expect, test } from 'vitest'
import { dockerfile } from '../../src/pins/dockerfile.ts'
import { regex } from '../../src/pins/regex.ts'
import { json, yaml } from '../../src/pins/tree.ts'

const values = 'image:\n  repository: acme/app\n  tag: "1.9"  # pinned\nlist:\n  - acme/app:1.2\nplain: 1.10\n'

describe('reads and writes nothing else', () => {
  test.each([
    ['yaml, quoted', yaml, values, { file: 'v.yaml', path: 'image.tag' }, '1.9', values.replace('"1.9"', '"2.0"')],
    ['yaml, plain', yaml, values, { file: 'v.yaml', path: 'plain' }, '1.10', values.replace('1.10', '"2.0"')],
    [
      'yaml, a whole image',
      yaml,
      values,
      { file: 'v.yaml', path: 'list[0]' },
      '1.2',
      values.replace('app:1.2', 'app:2.0'),
    ],
    [
      'json',
      json,
      '{"a": {"b": "1.0"}, "c": 1}',
      { file: 'v.json', path: 'a.b' },
      '1.0',
      '{"a": {"b": "2.0"}, "c": 1}',
    ],
    [
      'regex',
      regex,
      'TAG="1.0"\nx\nTAG="1.0"\n',
      { file: 'd', pattern: 'TAG="([^"]+)"' },
      '1.0',
      'TAG="2.0"\nx\nTAG="2.0"\n',
    ],
    [
      'dockerfile, the first FROM',
      dockerfile,
      '# FROM none\nFROM --platform=linux/amd64 acme/app:1.0 AS base\nFROM x:3\n',
      { file: 'Dockerfile' },
      '1.0',
      '# FROM none\nFROM --platform=linux/amd64 acme/app:2.0 AS base\nFROM x:3\n',
    ],
    [
      'dockerfile, FROM of a repository',
      dockerfile,
      `FROM node:22 AS b\nfrom acme/app:1.0@sha256:${'a'.repeat(64)}\n`,
      { file: 'Dockerfile', from: 'acme/app' },
      '1.0',
      'FROM node:22 AS b\nfrom acme/app:2.0\n',
    ],
    [
      'dockerfile, ARG',
      dockerfile,
      'ARG V="1.0"\nFROM x:$V\n',
      { file: 'D', arg: 'V' },
      '1.0',
      'ARG V="2.0"\nFROM x:$V\n',
    ],
  ])('%s', (_, kind, text, options, value, written) => {
    expect(kind.read(text, options as never)).toBe(value)
    expect(kind.write(text, options as never, '2.0')).toBe(written)
    expect(kind.read(written, options as never)).toBe('2.0')
  })
})

describe('says what is wrong', () => {
  test.each([
    [
      'a misspelt key',
      yaml,
      values,
      { file: 'v.yaml', path: 'image.tga' },
      'v.yaml has no "tga" at image; did you mean "tag"?',
    ],
    ['no value', yaml, values, { file: 'v.yaml', path: 'image' }, 'v.yaml: image is no single value'],
    [
      'below a value',
      yaml,
      values,
      { file: 'v.yaml', path: 'plain.x' },
      'v.yaml has nothing below plain that "x" could be',
    ],
    ['not YAML', yaml, 'a: [', { file: 'v.yaml', path: 'a' }, "v.yaml can't be read"],
    ['no match', regex, 'x', { file: 'd', pattern: 'v=(.)' }, 'd: /v=(.)/ finds no version'],
    ['two versions', regex, 'v=1\nv=2', { file: 'd', pattern: 'v=(.)' }, 'd: /v=(.)/ finds different versions: 1, 2'],
    ['a variable', dockerfile, 'FROM x:$V', { file: 'D' }, 'D: FROM x:$V: a variable decides it'],
    ['no tag', dockerfile, 'FROM acme/x', { file: 'D' }, 'D: "acme/x" has no tag'],
    ['no such ARG', dockerfile, 'ARG VERSION=1', { file: 'D', arg: 'VERSOIN' }, 'did you mean "VERSION"?'],
    ['no FROM at all', dockerfile, '', { file: 'D' }, 'D has no FROM line'],
  ])('%s', (_, kind, text, options, message) => {
    expect(() => kind.read(text, options as never)).toThrow(message)
  })

  test('a pattern without a group', () => {
    expect(regex.schema.safeParse({ file: 'd', pattern: 'abc' }).success).toBe(false)
    expect(regex.schema.safeParse({ file: 'd', pattern: '(a)(b)' }).success).toBe(false)
    expect(regex.schema.safeParse({ file: 'd', pattern: '(?:a)(b)' }).success).toBe(true)
  })
})
