import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/index.ts'
import { makePlan } from '../../src/plan/planner.ts'
import { resolveReleases } from '../../src/releases/resolve.ts'
import type { Wanted } from '../../src/releases/wanted.ts'
import { planTree } from '../../src/reports/index.ts'
import { folderWith, refusal } from '../config/folder.ts'
import { tagContext } from '../tags/context.ts'

const base = 'name: app\nstack: { image: "acme/app:1.7.0" }\nrollback: none\n'
const tags = ['1.7.0', '1.7.4', '1.8.3', '1.8.4', '1.9.9', '2.0.0', '2.0.1', 'latest', '2.0.1-alpine']
const listed = `releases: { list: ${JSON.stringify(tags)} }`

async function resolved(path: string, wanted: Wanted = {}) {
  const folder = await folderWith({ 'c.yml': `${base}path: { ${path} }\n` })
  const config = await loadConfig('c.yml', folder, {})
  const context = tagContext({ folder })
  const never = () => Promise.reject(new Error('a single image has no stack to read'))
  return { config, ...(await resolveReleases(config, wanted, never, { ...context, scratch: folder })) }
}

async function way(path: string, wanted: Wanted = {}): Promise<string> {
  return (await resolved(path, wanted)).releases.map(({ version }) => version).join(' ')
}

describe('the releases of a path', () => {
  test.each<[string, string, Wanted, string]>([
    ['go to the newest without a target', listed, {}, '1.7.0 2.0.1'],
    [
      'go to the newest that may be installed',
      `${listed}, forbidden: [{ version: 2.0.1, because: x }]`,
      {},
      '1.7.0 2.0.0',
    ],
    ['keep to the step', `${listed}, step: minor`, { to: '2.0.0' }, '1.7.0 1.8.4 1.9.9 2.0.0'],
    ['keep to the stops', `${listed}, stops: ["1.8.x"]`, { to: '2.0.0' }, '1.7.0 1.8.4 2.0.0'],
    [
      'start where the command line says',
      `${listed}, step: minor`,
      { from: '1.8.3', to: '2.0.0' },
      '1.8.3 1.9.9 2.0.0',
    ],
    [
      'are what the command line says, whole',
      `${listed}, step: minor`,
      { from: '1.7.0', to: '2.0.0', versions: ['1.7.0', '2.0.0'] },
      '1.7.0 2.0.0',
    ],
    [
      'go directly where that is only advised against, and there is no other way',
      `${listed}, policy: advise, stops: ["1.9.0"]`,
      { to: '2.0.0' },
      '1.7.0 2.0.0',
    ],
    ['are direct without known releases', 'to: "2.0.0"', {}, '1.7.0 2.0.0'],
    ['may go down where that is asked for', 'downgrade: true', { to: '1.0.0' }, '1.7.0 1.0.0'],
    ['take names that are no versions as they are', 'stops: [middle]', { to: 'next' }, '1.7.0 middle next'],
  ])('%s', async (_, path, wanted, expected) => expect(await way(path, wanted)).toBe(expected))

  test('of another flavour are tags of that flavour', async () => {
    const flavours =
      'tags: "{version}-alpine", releases: { list: ["1.8.0-alpine", "1.9.0", "2.0.0-alpine"] }, step: minor'
    const { releases } = await resolved(flavours, { from: '1.7.1' })
    expect(releases.map(({ images }) => images[0]?.reference)).toEqual([
      'acme/app:1.7.1-alpine',
      'acme/app:1.8.0-alpine',
      'acme/app:2.0.0-alpine',
    ])
  })

  test('may be in a file', async () => {
    const folder = await folderWith({
      'c.yml': `${base}path: { releases: { file: r.yml }, step: minor }\n`,
      'r.yml': '- "1.8.0"\n- "1.9.0"\n',
    })
    const config = await loadConfig('c.yml', folder, {})
    const { releases } = await resolveReleases(config, {}, () => Promise.reject(), { ...tagContext(), scratch: folder })
    expect(releases.map(({ version }) => version)).toEqual(['1.7.0', '1.8.0', '1.9.0'])
  })
})

describe('no way', () => {
  test.each<[string, string, Wanted, string, string]>([
    [
      'by policy',
      `${listed}, forbidden: [{ version: 2.0.x, because: x }]`,
      { to: '2.0.0' },
      'PATH_UNSUPPORTED',
      'no permitted path: 2.0.0 is forbidden: x',
    ],
    [
      'down',
      listed,
      { from: '2.0.0', to: '1.9.9' },
      'PATH_UNSUPPORTED',
      'no permitted path: 2.0.0 → 1.9.9 is a downgrade',
    ],
    [
      'down without known releases',
      '',
      { to: '1.0.0' },
      'PATH_UNSUPPORTED',
      'no permitted path: 1.7.0 → 1.0.0 is a downgrade',
    ],
    [
      'to what has no place',
      listed,
      { to: 'edge' },
      'USAGE',
      'the target "edge" has no place among versions of the scheme semver',
    ],
    ['without a target', '', {}, 'USAGE', 'which version is the target?'],
    [
      'where all is forbidden',
      `${listed}, forbidden: [{ version: ">=1", because: x }]`,
      {},
      'CONFIG',
      'all releases of 9 listed tags are forbidden',
    ],
    [
      'where advice forbids the target',
      `${listed}, policy: advise, forbidden: [{ version: 2.0.0, because: x }]`,
      { to: '2.0.0' },
      'PATH_UNSUPPORTED',
      '2.0.0 is forbidden: x',
    ],
  ])('%s is told', async (_, path, wanted, code, says) => {
    await expect(resolved(path, wanted)).rejects.toMatchObject({ code, message: expect.stringContaining(says) })
  })

  test('where no tag fits, what to write instead is told', async () => {
    const path = 'releases: { list: ["v1.0.0", "v1.1.0", "1.0.0-alpine"] }, scheme: semver'
    await expect(resolved(path)).rejects.toMatchObject({
      code: 'CONFIG',
      message: 'c.yml:4:21: none of the 3 tags of 3 listed tags is a release by tags: "{version}" and scheme: semver',
      details: { hint: 'write tags: "v{version}" (2) or tags: "{version}-alpine" (1) in path' },
    })
  })
})

test.each([
  ['step: minor', 'c.yml:4:9: "step" needs path.releases: which releases are there?'],
  ['select: all', 'c.yml:4:9: "select" needs path.releases: which releases are there?'],
  ['policy: advise', 'c.yml:4:9: "policy" needs path.releases: which releases are there?'],
  ['stops: ["1.9.x"]', 'c.yml:4:17: "1.9.x" means any release of a line, and needs path.releases: which are there?'],
  [`${listed}, step: small`, 'write "any" or "patch" or "minor" or "major"'],
  [
    `${listed}, select: last three minors`,
    '"last three minors" is no selection; write one like "all", "last 3 minors"',
  ],
  [`${listed}, select: supported until today`, 'the ends of support are known from releases: { file } only'],
  [`${listed}, forbidden: [{ version: bad, because: x }]`, 'write a version or a range of versions'],
  [`${listed}, forbidden: [{ version: 2.0.0 }]`, '"because" is missing'],
  ['releases: { regsitry: x }', 'unknown source of releases "regsitry"; did you mean "registry"?'],
  [
    'releases: { registry: "registry.example.org/acme/app:1.0" }',
    'write a repository without a tag, such as registry.example.org/acme/app',
  ],
  ['releases: { list: [1.10] }', 'put the tag in quotes: without them YAML reads 1.10 as 1.1'],
])('path: { %s } is refused', async (path, says) => {
  expect(await refusal(`${base}path: { ${path} }\n`)).toContain(says)
})

test.each([
  ['by-policy', `${listed}, step: minor, stops: ["1.9.x"], forbidden: [{ version: 1.8.4, because: loses uploads }]`],
  ['by-advice', `${listed}, step: major, stops: ["1.9.x"], policy: advise`],
])('the plan %s is as it was', async (name, path) => {
  const { config, releases, notes } = await resolved(path)
  const plan = { ...makePlan(config, releases, []), notes }
  await expect(planTree(plan)).toMatchFileSnapshot(join(import.meta.dirname, `../plans/${name}.txt`))
})
