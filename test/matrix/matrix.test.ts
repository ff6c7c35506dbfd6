import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { jobId, makeMatrix } from '../../src/matrix/matrix.ts'
import { readDurations } from '../../src/matrix/read-durations.ts'
import { readMatrix } from '../../src/matrix/read-matrix.ts'
import { planMatrix } from '../../src/plan-matrix.ts'
import { Sink } from '../../src/redact/index.ts'
import { folderWith } from '../config/folder.ts'

const minute = 60_000
const many = (count: number) => Array.from({ length: count }, (_, index) => `1.${index}.0..2.0.0`)

describe('the jobs of a matrix', () => {
  test('are one a path, the longest first, with what they are expected to take', () => {
    const durations = new Map([
      ['1.0.0..2.0.0', minute],
      ['1.2.0..2.0.0', 4.5 * minute],
    ])
    expect(makeMatrix(many(3), durations, 256).include).toEqual([
      // What nobody knows is taken for usual.
      { id: '1.1.0..2.0.0', paths: '1.1.0..2.0.0', from: '1.1.0', to: '2.0.0' },
      { id: '1.2.0..2.0.0', paths: '1.2.0..2.0.0', from: '1.2.0', to: '2.0.0', minutes: 5 },
      { id: '1.0.0..2.0.0', paths: '1.0.0..2.0.0', from: '1.0.0', to: '2.0.0', minutes: 1 },
    ])
  })

  test('share the paths beyond their number, and every path is in exactly one', () => {
    const paths = many(600)
    const { include } = makeMatrix(paths, new Map(), 256)
    expect(include).toHaveLength(256)
    expect(include.flatMap((job) => job.paths.split(' ')).toSorted()).toEqual(paths.toSorted())
    expect(new Set(include.map(({ id }) => id)).size).toBe(256)
    expect(Math.max(...include.map((job) => job.paths.split(' ').length))).toBe(3)
  })

  test('take about as long as each other', () => {
    const paths = many(40)
    const durations = new Map(paths.map((path, index) => [path, (1 + (index % 10)) * minute]))
    const total = [...durations.values()].reduce((sum, ms) => sum + ms, 0) / minute
    const each = makeMatrix(paths, durations, 8).include.map(({ minutes = 0 }) => minutes)
    expect(Math.max(...each) - Math.min(...each)).toBeLessThanOrEqual(1)
    expect(each.reduce((sum, one) => sum + one, 0)).toBe(total)
  })

  test('are the same for the same input', () => {
    expect(makeMatrix(many(300), new Map(), 7)).toEqual(makeMatrix(many(300), new Map(), 7))
  })

  test('of a long path have a short name, always the same', () => {
    const long = many(40)
      .map((path) => path.replace(/\.\..*/, ''))
      .join('..')
    expect(jobId(long)).toMatch(/^1\.0\.0\.\.1\.39\.0\.\.[0-9a-f]{8}$/)
    expect(jobId(long)).toBe(jobId(long))
    expect(jobId('1.0.0+a..2.0.0')).toBe('1.0.0_a..2.0.0')
  })
})

describe('the paths of a configuration', () => {
  const tags = ['1.7.0', '1.7.4', '1.8.0', '1.8.3', '1.9.0', '2.0.0', '2.0.1']
  const listed = `releases: { list: ${JSON.stringify(tags)} }`

  async function paths(path: string, wanted = {}, request = {}): Promise<string[]> {
    const text = `stack: { image: "acme/app:1.7.0" }\nrollback: none\npath: { ${path} }\n`
    const edge = {
      cwd: await folderWith({ 'c.yml': text }),
      env: {},
      sink: new Sink(),
      signal: new AbortController().signal,
    }
    const base = { config: 'c.yml', reportDir: '', strict: false, keep: false }
    return (await planMatrix({ ...base, ...request }, wanted, edge)).include.map((job) => job.paths)
  }

  test.each<[string, string, object, readonly string[]]>([
    ['lead from every release to the newest', listed, {}, tags.slice(0, -1).map((from) => `${from}..2.0.1`)],
    ['are those of a tier', `${listed}, to: "2.0.0"`, { tier: 'pr' }, ['1.7.4..2.0.0', '1.8.3..2.0.0', '1.9.0..2.0.0']],
    [
      'are more at night',
      `${listed}, to: "2.0.0"`,
      { tier: 'nightly' },
      tags.slice(0, 5).map((from) => `${from}..2.0.0`),
    ],
    ['are selected', `${listed}, to: "2.0.0", select: last 2 minors`, { tier: 'pr' }, ['1.8.3..2.0.0', '1.9.0..2.0.0']],
    [
      'are selected by each in turn',
      `${listed}, select: [">=1.8 <2", "last patch of each minor"]`,
      {},
      ['1.8.3..2.0.1', '1.9.0..2.0.1'],
    ],
    [
      'have the stops that the policy wants',
      `${listed}, to: "2.0.0", step: minor, select: "1.7.x"`,
      {},
      ['1.7.0..1.8.3..1.9.0..2.0.0', '1.7.4..1.8.3..1.9.0..2.0.0'],
    ],
    [
      'are direct as well where the stops are only advised',
      `${listed}, to: "2.0.0", stops: ["1.9.0"], policy: advise, select: ">=1.8.3"`,
      {},
      ['1.8.3..1.9.0..2.0.0', '1.8.3..2.0.0', '1.9.0..2.0.0'],
    ],
    [
      'begin at no forbidden release',
      `${listed}, select: "1.8.x", forbidden: [{ version: 1.8.0, because: x }]`,
      {},
      ['1.8.3..2.0.1'],
    ],
    [
      'that nobody found are left to a job to tell',
      `${listed}, step: minor, select: "1.8.x", forbidden: [{ version: 1.9.x, because: x }]`,
      {},
      ['1.8.0....2.0.1', '1.8.3....2.0.1'],
    ],
    ['are the only one without known releases', 'to: "2.0.0", stops: ["1.9.0"]', {}, ['1.7.0..1.9.0..2.0.0']],
  ])('%s', async (_, path, wanted, expected) => expect(await paths(path, wanted)).toEqual(expected))

  test('begin at one release where that is asked for', async () => {
    expect(await paths(listed, {}, { from: '1.8.0', to: '1.9.0' })).toEqual(['1.8.0..1.9.0'])
  })

  test.each([
    [`${listed}, select: "3.x"`, {}, 'CONFIG', 'none before 2.0.1 is selected'],
    [listed, { tier: 'daily' }, 'USAGE', 'there is no tier "daily"; write one of: pr, nightly, weekly'],
    [listed, { jobs: '0' }, 'USAGE', '"0" is no number of jobs; write 1 to 256'],
    [listed, { jobs: '257' }, 'USAGE', '"257" is no number of jobs'],
    [listed, { durations: 'none' }, 'USAGE', 'none does not exist'],
  ])('%s with %o is refused', async (path, wanted, code, says) => {
    await expect(paths(path, wanted)).rejects.toMatchObject({ code, message: expect.stringContaining(says) })
  })
})

test('durations come from earlier reports and from files', async () => {
  const times = { startedAt: '2026-01-01T00:00:00.000Z', finishedAt: '2026-01-01T00:02:00.000Z', timings: [{}] }
  const folder = await folderWith({
    'old/a/verdict.json': JSON.stringify({ path: '1.0..2.0', ...times }),
    'old/b/verdict.json': JSON.stringify({ path: '1.1..2.0', ...times, timings: [] }),
    'old/c/verdict.json': 'cut of',
    'old/d/verdict.json': JSON.stringify({
      kind: 'merged',
      paths: [{ path: '1.2..2.0', ms: 3 }, { path: '1.3..2.0' }],
    }),
    'map.json': '{ "1.0..2.0": "4m" }',
    'bad.json': '[]',
  })
  expect([...(await readDurations('old', folder))]).toEqual([
    ['1.0..2.0', 2 * minute],
    ['1.2..2.0', 3],
  ])
  expect([...(await readDurations('map.json', folder))]).toEqual([['1.0..2.0', 4 * minute]])
  await expect(readDurations('bad.json', folder)).rejects.toMatchObject({ message: 'bad.json tells no durations' })
})

test('a matrix is read back as text or from a file', async () => {
  const text = JSON.stringify(makeMatrix(many(5), new Map(), 2))
  const folder = await folderWith({})
  await mkdir(join(folder, 'x'))
  await writeFile(join(folder, 'x/m.json'), text)
  expect((await readMatrix(text, folder)).toSorted()).toEqual(many(5))
  expect(await readMatrix('x/m.json', folder)).toHaveLength(5)
  for (const wrong of [
    '{}',
    'none.json',
    '{"include":[{"id":"a","paths":"../x"}]}',
    '{"include":[{"id":"a","paths":""}]}',
  ]) {
    await expect(readMatrix(wrong, folder)).rejects.toMatchObject({ code: 'USAGE' })
  }
})
