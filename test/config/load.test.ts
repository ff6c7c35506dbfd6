import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/index.ts'
import { folderWith, load, refusal } from './folder.ts'

const smallest = 'stack: docker-compose.yml\n'

describe('the file', () => {
  test('is upgrade-rehearsal.yml where nobody names one', async () => {
    const folder = await folderWith({
      'upgrade-rehearsal.yml': smallest,
      '.github/upgrade-rehearsal.yml': 'name: other',
    })
    const config = await loadConfig(undefined, folder, {})
    expect(config).toMatchObject({ file: 'upgrade-rehearsal.yml', folder })
  })

  test('in .github speaks of the repository around it', async () => {
    const folder = await folderWith({ '.github/upgrade-rehearsal.yml': smallest })
    const config = await loadConfig(undefined, folder, {})
    expect(config).toMatchObject({ file: '.github/upgrade-rehearsal.yml', folder })
  })

  test('elsewhere speaks of its own folder', async () => {
    const folder = await folderWith({ 'deploy/rehearsal.yml': smallest })
    const config = await loadConfig('deploy/rehearsal.yml', folder, {})
    expect(config).toMatchObject({ file: 'deploy/rehearsal.yml', folder: join(folder, 'deploy') })
  })

  test('that is missing is named', async () => {
    const folder = await folderWith({})
    await expect(loadConfig('nope.yml', folder, {})).rejects.toMatchObject({
      code: 'CONFIG',
      message: 'nope.yml does not exist',
    })
    await expect(loadConfig(undefined, folder, {})).rejects.toMatchObject({
      message: 'no configuration here: neither upgrade-rehearsal.yml nor .github/upgrade-rehearsal.yml exists',
    })
    await expect(loadConfig('.', folder, {})).rejects.toMatchObject({ message: '. does not exist' })
  })

  test('over 1 MiB is not even read; one of exactly 1 MiB is', async () => {
    const exact = smallest + '#'.repeat(2 ** 20 - smallest.length)
    const folder = await folderWith({ 'right.yml': exact, 'large.yml': `${exact}#` })
    expect((await loadConfig('right.yml', folder, {})).stack).toMatchObject({
      files: { from: ['docker-compose.yml'], to: ['docker-compose.yml'], at: {} },
    })
    await expect(loadConfig('large.yml', folder, {})).rejects.toMatchObject({
      code: 'CONFIG',
      message: 'large.yml:1:1: larger than 1 MiB; is this the right file?',
    })
  })
})

describe('the environment', () => {
  const named = async (value: string, env: Readonly<Record<string, string>> = {}) =>
    (await load(`${smallest}name: '${value}'\n`, env)).name

  test.each([
    ['a value', '${A}', { A: 'x' }, 'x'],
    ['two values', '${A}-${B}', { A: 'x', B: 'y' }, 'x-y'],
    ['a default', '${A:-none}', {}, 'none'],
    ['a value before its default', '${A:-none}', { A: 'x' }, 'x'],
    ['an escaped one', '$${A}', { A: 'x' }, '${A}'],
    ['a value that looks like one, once', '${A}', { A: '${B}', B: 'x' }, '${B}'],
    ['a dollar alone', 'a$b', { b: 'x' }, 'a$b'],
  ])('%s', async (_, text, env, expected) => {
    expect(await named(text, env)).toBe(expected)
  })

  test('an empty default is a value', async () => {
    const config = await load(`stack: { image: "a:1", env: { A: "\${NOPE:-}" } }\n`)
    expect(config.stack).toMatchObject({ env: { A: '' } })
  })

  test('every variable that is missing is told, with its place', async () => {
    const file = `${smallest}name: "\${NOPE}"\nsmoke:\n  - http: { get: "/\${A}/\${B}" }\n`
    expect((await refusal(file, { A: 'a' })).split('\n')).toEqual([
      'c.yml:2:7: the environment has no NOPE; set it, or write ${NOPE:-default}',
      'c.yml:4:18: the environment has no B; set it, or write ${B:-default}',
    ])
  })

  test('what it gave is known as a secret, a default is not', async () => {
    const config = await load(`${smallest}name: "\${A}\${B:-plain-text}"\n`, { A: 'a-secret-value' })
    expect(config.secrets).toEqual(['a-secret-value'])
  })

  test.each([
    ['a number', 'smoke: [http: { get: /, status: "${S}" }]'],
    ['a strategy', 'upgrade: { strategy: "${S}" }'],
    ['a pattern', 'smoke: [log: { service: a, forbid: "(${S}" }]'],
    ['a JSONPath', 'smoke: [http: { get: /, capture: { a: "$.[${S}" } }]'],
  ])('a secret where %s belongs is not shown', async (_, line) => {
    const message = await refusal(smallest + line, { S: 'hunter2-hunter2' })
    expect(message).toMatch(/^c\.yml:2:\d+: /)
    expect(message).not.toContain('hunter2')
  })
})

test('a loaded configuration can not be changed', async () => {
  const config = await load(`${smallest}smoke: [http: { get: /, json: { $.a: { min: 1 } } }]\n`)
  const open: string[] = []
  const walk = (value: unknown, path: string) => {
    if (typeof value !== 'object' || value === null) return
    if (!Object.isFrozen(value)) open.push(path)
    for (const [key, inner] of Object.entries(value)) walk(inner, `${path}.${key}`)
  }
  walk(config, 'config')
  expect(open).toEqual([])
  expect(() => {
    ;(config.smoke as unknown[]).push({})
  }).toThrow(TypeError)
})

test('the smallest file has every default', async () => {
  const { at, ...config } = await load(smallest)
  expect(config).toMatchObject({
    stack: { kind: 'compose', files: { from: ['docker-compose.yml'], to: ['docker-compose.yml'], at: {} } },
    path: { tags: '{version}', stops: [] },
    fixtures: [],
    upgrade: { strategy: 'restart', grace: 30_000 },
    ready: { within: 120_000, checks: [] },
    smoke: [],
    network: 'sealed',
    limits: { total: 3_600_000, pull: 600_000, restore: 1_200_000, check: 600_000, fixture: 10 * 2 ** 30 },
  })
  expect(at(['smoke', 3, 'http'])).toBe('c.yml:1:1')
})

test('every part knows its place; a list of one may be written without the list', async () => {
  const config = await load(
    'stack: a.yml\npin:\n  env:\n    file: .env\n    key: A\nfixtures:\n  - volume:\n      name: x\n      archive: y\n',
  )
  expect(config.at(['pin', 0, 'env', 'key'])).toBe('c.yml:5:5')
  expect(config.at(['fixtures', 0, 'volume', 'name'])).toBe('c.yml:8:7')
  expect(config.at(['fixtures', 0, 'volume', 'sha256'])).toBe('c.yml:7:5')
})
