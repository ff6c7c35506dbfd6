import { describe, expect, test } from 'vitest'
import { baselineSteps } from '../../src/plan/baseline.ts'
import { load } from '../config/folder.ts'

/** What is done on the baseline; the arrival is one step here. */
async function baseline(...fixtures: string[]): Promise<string[]> {
  const list = fixtures.map((fixture) => `  - ${fixture}`).join('\n')
  const config = await load(`stack: a.yml\nfixtures:${fixtures.length === 0 ? ' []' : `\n${list}`}\n`)
  const steps = baselineSteps(config, config.fixtures, 0, '1.0', [{ do: 'ready', title: 'ready' }])
  return steps.map((step) => {
    if (step.do === 'restore') return `restore ${step.fixture}`
    if (step.do === 'up') return `up ${step.services.join('+')}${step.alone ? ' alone' : ''}`
    return step.do
  })
}

const dump = 'postgres: { service: db, dump: a.dump }'
const archive = (running = '') => `volume: { name: data, archive: a.tar${running} }`
const seed = 'seed: { service: web, run: x }'
const arrived = ['start', 'ready']

describe('fixtures are restored in the order in which they stand', () => {
  test.each<[string, string[], string[]]>([
    ['none', [], ['create', ...arrived]],
    ['a dump beside whatever runs', [dump], ['create', 'restore 0', ...arrived]],
    ['a file of settings is no step', ['file: { from: a, to: .env }', dump], ['create', 'restore 1', ...arrived]],
    ['a dump, then an archive', [dump, archive()], ['create', 'restore 0', 'restore 1', ...arrived]],
    ['a seed wants all', [seed], ['create', ...arrived, 'restore 0']],
    ['two seeds start once', [seed, seed], ['create', ...arrived, 'restore 0', 'restore 1']],
    [
      'an archive after a seed stops what the seed had started',
      [seed, archive()],
      ['create', ...arrived, 'restore 0', 'stop', 'restore 1', ...arrived],
    ],
    [
      'a seed between two others',
      [dump, seed, dump],
      ['create', 'restore 0', ...arrived, 'restore 1', 'stop', 'restore 2', ...arrived],
    ],
  ])('%s', async (_, fixtures, steps) => {
    expect(await baseline(...fixtures)).toEqual(steps)
  })
})

describe('what runs meanwhile is as the fixture says', () => {
  test.each<[string, string[], string[]]>([
    ['nothing', [archive(', running: []')], ['create', 'restore 0', ...arrived]],
    [
      'nothing, after a dump that left its database running',
      [dump, archive(', running: []')],
      ['create', 'restore 0', 'stop', 'restore 1', ...arrived],
    ],
    [
      'nothing, twice: there is nothing left to stop',
      [dump, archive(', running: []'), archive(', running: []')],
      ['create', 'restore 0', 'stop', 'restore 1', 'restore 2', ...arrived],
    ],
    ['only some', [archive(', running: [cache, queue]')], ['create', 'up cache+queue alone', 'restore 0', ...arrived]],
    [
      'only some, then nothing',
      [archive(', running: cache'), archive(', running: []')],
      ['create', 'up cache alone', 'restore 0', 'stop', 'restore 1', ...arrived],
    ],
    ['all', [archive(', running: all')], ['create', ...arrived, 'restore 0']],
    [
      'all, then only some',
      [archive(', running: all'), archive(', running: cache')],
      ['create', ...arrived, 'restore 0', 'up cache alone', 'restore 1', ...arrived],
    ],
    [
      "the application's own import: nothing, for it wants the store to itself",
      [dump, 'import: { service: app, archive: a.snap, run: x }'],
      ['create', 'restore 0', 'stop', 'restore 1', ...arrived],
    ],
    [
      'an upload: all',
      ['import: { service: app, archive: a.snap, upload: { post: /import, field: file } }'],
      ['create', ...arrived, 'restore 0'],
    ],
  ])('%s', async (_, fixtures, steps) => {
    expect(await baseline(...fixtures)).toEqual(steps)
  })
})
