import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/index.ts'
import { makePlan } from '../../src/plan/planner.ts'
import { planMatrix } from '../../src/plan-matrix.ts'
import { Sink } from '../../src/redact/index.ts'
import { type Reading, resolveReleases } from '../../src/releases/resolve.ts'
import type { Wanted } from '../../src/releases/wanted.ts'
import { planTree } from '../../src/reports/index.ts'
import { folderWith } from '../config/folder.ts'
import { tagContext } from '../tags/context.ts'

// One fixture, of one release; later sources are reached from there.

const list = ['5.10.0', '5.12.8', '6.10.1', '7.6.0', '8.2.0']
const listed = `releases: { list: ${JSON.stringify(list)} }`
const by = (more: string) => `${listed}, carry-from: "5.12.8"${more === '' ? '' : `, ${more}`}`
const compose = `
name: app
stack: { compose: { from: old.yml, to: new.yml, "5.12.8": oldest.yml } }
pin:
  - env: { file: .env, key: APP }
  - env: { file: .env, key: WORKER }
rollback: none
`
const files = { '.env': 'APP=6.10.1\nWORKER=6.10.0-worker\n', 'old.yml': '', 'new.yml': '', 'oldest.yml': '' }

async function configOf(path: string, head = 'name: app\nstack: { image: "acme/app:6.10.1" }\nrollback: none\n') {
  const folder = await folderWith({ ...files, 'c.yml': `${head}path: { ${path} }\n` })
  return { folder, config: await loadConfig('c.yml', folder, {}) }
}

async function resolved(path: string, wanted: Wanted = {}) {
  const { folder, config } = await configOf(path)
  const never = () => Promise.reject(new Error('a single image has no stack to read'))
  const found = await resolveReleases(config, wanted, never, { ...tagContext({ folder }), scratch: folder })
  return { config, ...found, way: found.releases.map(({ version }) => version).join('..') }
}

describe('a source that is later than the fixtures', () => {
  test.each<[string, string, Wanted, string]>([
    ['is reached from there', by(''), { to: '8.2.0' }, '5.12.8..6.10.1..8.2.0'],
    [
      'is reached by the same policy',
      by('step: major'),
      { from: '7.6.0', to: '8.2.0' },
      '5.12.8..6.10.1..7.6.0..8.2.0',
    ],
    ['goes on by the same policy', by('step: major'), { to: '8.2.0' }, '5.12.8..6.10.1..7.6.0..8.2.0'],
    ['goes on by the stops', by('stops: ["7.x"]'), { to: '8.2.0' }, '5.12.8..6.10.1..7.6.0..8.2.0'],
    ['needs no known releases', 'carry-from: "5.12.8"', { to: '8.2.0' }, '5.12.8..6.10.1..8.2.0'],
    ['goes to the newest without a target', by(''), {}, '5.12.8..6.10.1..8.2.0'],
    ['may be the release of the fixtures itself', by('step: any'), { from: '5.12.8', to: '8.2.0' }, '5.12.8..8.2.0'],
    [
      'is left out where the whole path is named',
      by(''),
      { from: '6.10.1', to: '8.2.0', versions: ['6.10.1', '8.2.0'] },
      '6.10.1..8.2.0',
    ],
  ])('%s', async (_, path, wanted, expected) => expect((await resolved(path, wanted)).way).toBe(expected))

  test('says so', async () => {
    const { notes } = await resolved(by('stops: ["7.x"], policy: advise'), { to: '8.2.0' })
    expect(notes).toEqual([
      'the fixtures are of 5.12.8 and are carried forward: 6.10.1 is reached from there before its own upgrade',
      'by the shortest permitted path among 5 releases of 5 listed tags',
      'the direct jump is a path of its own: --path 5.12.8..6.10.1..8.2.0',
    ])
  })

  test('has a plan', async () => {
    const { config, releases, notes } = await resolved(by(''), { to: '8.2.0' })
    const plan = { ...makePlan(config, releases, []), notes }
    await expect(planTree(plan)).toMatchFileSnapshot(join(import.meta.dirname, '../plans/carried-forward.txt'))
  })

  test.each<[string, string, Wanted, object]>([
    [
      'that is older has no way there',
      by(''),
      { from: '5.10.0', to: '8.2.0' },
      {
        code: 'CONFIG',
        message: 'c.yml:4:75: the fixtures are of 5.12.8, and nothing leads from there to the older source 5.10.0',
        details: { hint: 'rehearse from 5.12.8 or later, or name fixtures that are of 5.10.0 or older' },
      },
    ],
    [
      'may have no permitted way there',
      by('forbidden: [{ version: 6.10.1, because: x }]'),
      { to: '8.2.0' },
      { code: 'PATH_UNSUPPORTED' },
    ],
    [
      'has to be a version',
      'carry-from: edge',
      { to: '8.2.0' },
      { code: 'CONFIG', message: 'c.yml:4:9: "edge" has no place among versions of the scheme semver' },
    ],
  ])('%s', async (_, path, wanted, says) => {
    await expect(resolved(path, wanted)).rejects.toMatchObject(says)
  })
})

describe('the stack of each release', () => {
  async function readings(wanted: Wanted) {
    const { folder, config } = await configOf('carry-from: "5.12.8", to: "8.2.0"', compose)
    const read: Reading[] = []
    const stack = (reading: Reading) => {
      read.push(reading)
      return Promise.resolve(new Map([['web', { reference: `acme/app:${reading.ref}` }]]))
    }
    const { releases } = await resolveReleases(config, wanted, stack, { ...tagContext({ folder }), scratch: folder })
    const seen = read
      .filter(({ version }) => version !== 'probe')
      .map(({ version, place, replaced }) => [
        version,
        place,
        String(replaced.get(join(folder, '.env')))
          .trim()
          .split('\n')
          .join(' '),
      ])
    return { seen, files: releases.map((one) => one.files) }
  }

  test('is what production has only at the source, whatever each pin says there', async () => {
    const expected = [
      ['5.12.8', 'carried', 'APP=5.12.8 WORKER=5.12.8'],
      ['6.10.1', 'source', 'APP=6.10.1 WORKER=6.10.0-worker'],
      ['8.2.0', 'target', 'APP=8.2.0 WORKER=8.2.0'],
    ]
    const { seen, files } = await readings({})
    expect(seen).toEqual(expected)
    expect(files).toEqual([['oldest.yml'], ['old.yml'], ['new.yml']])
  })

  test('has the same place where the path is named as the matrix names it', async () => {
    const { seen, files } = await readings({ from: '5.12.8', to: '8.2.0', versions: ['5.12.8', '6.10.1', '8.2.0'] })
    expect(seen.map(([, place]) => place)).toEqual(['carried', 'source', 'target'])
    expect(files).toEqual([['oldest.yml'], ['old.yml'], ['new.yml']])
  })

  test('is bumped at its own place', async () => {
    const pins = { source: ['6.10.1', 'kept'], target: ['8.2.0', 'kept'] }
    const { seen } = await readings({ from: '6.10.1', to: '8.2.0', pins })
    expect(seen.map(([, , env]) => env)).toEqual([
      'APP=5.12.8 WORKER=kept',
      'APP=6.10.1 WORKER=kept',
      'APP=8.2.0 WORKER=kept',
    ])
  })
})

describe('a matrix', () => {
  async function matrixOf(path: string, from?: string) {
    const { folder } = await configOf(path)
    const told: string[] = []
    const sink = new Sink()
    sink.print = (text) => void told.push(text)
    const request = { reportDir: '', strict: false, keep: false, ...(from === undefined ? {} : { from }) }
    const edge = { cwd: folder, env: {}, sink, signal: new AbortController().signal }
    const matrix = await planMatrix({ config: 'c.yml', ...request }, {}, edge)
    return { paths: matrix.include.map(({ paths }) => paths), told }
  }

  test('has paths that all begin at the carried release, each once, and says what is left out', async () => {
    const { paths, told } = await matrixOf(by('step: major, policy: advise'))
    expect(paths).toEqual(['5.12.8..6.10.1..7.6.0..8.2.0', '5.12.8..8.2.0', '5.12.8..6.10.1..8.2.0'])
    expect(told).toEqual(['note: no fixture leads to 5.10.0: older than carry-from, left out of the matrix'])
  })

  test('of sources that are all older is none', async () => {
    await expect(matrixOf(by('select: "<5.12"'))).rejects.toMatchObject({
      code: 'CONFIG',
      message: expect.stringMatching(/every selected release is older: 5\.10\.0$/),
    })
  })

  test('from an older source is refused', async () => {
    await expect(matrixOf(by(''), '5.10.0')).rejects.toMatchObject({ code: 'CONFIG' })
  })
})
