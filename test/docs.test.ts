import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { fillMarkers } from '../scripts/docs/markers.ts'
import { readmeSections, referenceSections } from '../scripts/docs/sections.ts'
import { checks } from '../src/checks/index.ts'
import { jsonSchema, loadConfig } from '../src/config/index.ts'
import { fixtures } from '../src/fixtures/index.ts'
import { pins } from '../src/pins/index.ts'
import { strategies } from '../src/strategies/index.ts'
import { tagSources } from '../src/tags/index.ts'

const root = join(import.meta.dirname, '..')
const text = (name: string) => readFile(join(root, name), 'utf8')
const indent = (block: string) => block.replaceAll(/\n(?=.)/g, '\n    ')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rehearsal-docs-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function load(config: string) {
  await writeFile(join(folder, 'config.yml'), config)
  return await loadConfig('config.yml', folder, {})
}

describe('what is generated is what the sources say', () => {
  test('README.md', async () => {
    const readme = await text('README.md')
    expect(fillMarkers(readme, await readmeSections())).toBe(readme)
  })

  test('REFERENCE.md', async () => {
    const reference = await text('REFERENCE.md')
    expect(fillMarkers(reference, referenceSections())).toBe(reference)
  })

  test('schema.json', async () => {
    expect(JSON.parse(await text('schema.json'))).toEqual(jsonSchema())
  })

  test.each([
    ['a section without a place', '', ['a'], 'no place for: a'],
    ['a place without a section', '<!-- generated b -->\n<!-- end b -->', [], 'nothing generates "b"'],
    ['the same place twice', '<!-- generated a -->\n<!-- end a -->\n'.repeat(2), ['a'], 'stands there twice'],
  ])('%s is an error', (_, readme, names, message) => {
    expect(() => fillMarkers(readme, new Map(names.map((name) => [name, 'x'])))).toThrow(message)
  })
})

describe('every example is a configuration that loads', () => {
  const smoke = 'stack: docker-compose.yml\nsmoke:\n  - log: { service: web, forbid: ERROR, name: given }\n'

  test.each(checks.map(({ name, example }) => [name, example]))('check %s', async (name, example) => {
    // Another check may have to capture what this one compares with.
    const captured = [...example.matchAll(/\{(?:baseline|captured)\.([\w-]+)\}/g)].map(([, one]) => `${one}: $.x`)
    const before = captured.length > 0 ? `  - http: { get: /, capture: { ${captured.join(', ')} } }\n` : ''
    const config = await load(
      `stack: { compose: a.yml, address: http://web:80 }\nsmoke:\n${before}  - ${indent(example)}\n`,
    )
    expect(config.smoke.at(-1)?.kind).toBe(name)
  })

  test.each(fixtures.map(({ name, example }) => [name, example]))('fixture %s', async (name, example) => {
    const config = await load(`${smoke}fixtures:\n  - ${indent(example)}\n`)
    expect(config.fixtures[0]?.kind).toBe(name)
  })

  test.each(pins.map(({ name, example }) => [name, example]))('pin %s', async (name, example) => {
    const config = await load(`${smoke}pin:\n  - ${indent(example)}\n`)
    expect(config.pin?.[0]?.kind).toBe(name)
  })

  test.each(tagSources.map(({ name, example }) => [name, example]))('source of releases %s', async (name, example) => {
    const config = await load(`${smoke}path:\n  releases:\n    ${indent(example)}\n`)
    expect(config.path.releases?.kind).toBe(name)
  })

  test.each(strategies.map(({ name, example }) => [name, example]))('strategy %s', async (name, example) => {
    const config = await load(`${smoke}upgrade:\n  ${example.replaceAll('\n', '\n  ')}\n`)
    expect(config.upgrade.strategy).toBe(name)
  })

  test('the configurations in README.md and REFERENCE.md', async () => {
    const both = (await text('README.md')) + (await text('REFERENCE.md'))
    const blocks = [...both.matchAll(/```yaml\n(.*?)```/gs)].map(([, block]) => block as string)
    const configs = blocks.filter((block) => /^stack:/m.test(block))
    expect(configs.length).toBeGreaterThan(0)
    for (const config of configs) await load(config)
  })

  test('the configurations in examples/', async () => {
    const names = await readdir(join(root, 'examples'), { recursive: true })
    const configs = names.filter((name) => /(^|\/)upgrade-rehearsal\.yml$/.test(name))
    expect(configs.length).toBeGreaterThan(0)
    for (const name of configs) await loadConfig(name, join(root, 'examples'), {})
  })
})

describe('README.md is complete', () => {
  const help = async (...argv: string[]) =>
    (await promisify(execFile)(process.execPath, [join(root, 'src/cli.ts'), ...argv, '--help'])).stdout

  test('every command', async () => {
    const commands = [...(await help()).matchAll(/^ {2}([a-z]+) /gm)]
      .map(([, name]) => name)
      .filter((name) => name !== 'help')
    const described = [...(await text('README.md')).matchAll(/^\| `([a-z]+)` \| [a-z]/gm)].map(([, name]) => name)
    expect(commands.length).toBeGreaterThan(3)
    expect(described).toEqual(expect.arrayContaining(commands))
  })

  test('every option of run, and no other', async () => {
    const options = [...(await help('run')).matchAll(/^ +(--[a-z-]+)/gm)].map(([, name]) => name)
    const described = [...(await text('README.md')).matchAll(/^\| `(--[a-z-]+)/gm)].map(([, name]) => name)
    expect(options.length).toBeGreaterThan(3)
    expect(described.toSorted()).toEqual(options.toSorted())
  })

  test('every reason code', async () => {
    // What the journal calls these, the verdict calls TARGET_CRASHED, NOT_READY and so on.
    const inside = ['CRASHED', 'UNHEALTHY', 'WRONG_IMAGE', 'SIGN_IN']
    const readme = await text('README.md')
    const files = (await readdir(join(root, 'src/verdict'))).map((name) => `src/verdict/${name}`)
    const sources = await Promise.all([...files, 'src/errors.ts'].map(text))
    const codes = new Set(sources.join('\n').match(/(?<=')[A-Z]+(_[A-Z]+)*(?=')/g))
    expect(codes.size).toBeGreaterThan(20)
    expect([...codes].filter((code) => !inside.includes(code) && !readme.includes(`\`${code}\``))).toEqual([])
  })

  test('every exit code', async () => {
    const { exitCodes } = await import('../src/errors.ts')
    const readme = await text('README.md')
    expect(Object.values(exitCodes).filter((code) => !new RegExp(`\\b${code}\\b`).test(readme))).toEqual([])
  })
})

test('action.yml declares what the Action reads and sets', async () => {
  const source = await text('src/action.ts')
  const action = parse(await text('action.yml')) as { inputs: object; outputs: object }
  const read = new Set(
    [...source.matchAll(/\b(?:getInput|optional|trueOrFalse)\('([a-z-]+)'\)/g)].map(([, name]) => name),
  )
  const set = new Set([...source.matchAll(/\bsetOutput\('([a-z-]+)'/g)].map(([, name]) => name))
  expect([...read].toSorted()).toEqual(Object.keys(action.inputs).toSorted())
  expect([...set].toSorted()).toEqual(Object.keys(action.outputs).toSorted())
})
