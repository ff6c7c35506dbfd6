import { describe, expect, test } from 'vitest'
import { strategies } from '../../src/strategies/index.ts'
import type { Strategy, StrategyStep } from '../../src/strategies/strategy.ts'
import { hop, upgrade } from './hop.ts'

async function stepsOf(text: string, changed = {}): Promise<readonly StrategyStep[]> {
  const options = await upgrade(text)
  const name = (options as { readonly strategy: string }).strategy
  const strategy = strategies.find((one) => one.name === name) as Strategy<unknown>
  return strategy.steps({ ...hop, ...changed }, options)
}

/** Only what is done, with what it is done to. */
function short(steps: readonly StrategyStep[]): string[] {
  return steps.map((step) => {
    const at = 'services' in step && step.services ? ` ${step.services.join('+')}` : ''
    if (step.do === 'command')
      return `command ${step.where}${step.quiesced ? ` without ${step.quiesced.join('+')}` : ''}`
    if (step.do === 'replace') return `replace ${step.service} ${step.turn}/${step.of}`
    if (step.do === 'check') return `check ${step.set} ${step.check}`
    if (step.do === 'restore') return `restore ${step.fixture}`
    return step.do + at
  })
}

describe('restart', () => {
  test('stops all, changes the pin, starts all', async () => {
    expect(await stepsOf('strategy: restart')).toEqual([
      { do: 'stop', graceMs: 10_000, title: 'stop all services cleanly' },
      { do: 'create', release: 1, title: 'change the pin to 2.0, keep the volumes' },
      { do: 'start', title: 'start 2.0' },
    ])
  })
})

describe('migrate', () => {
  const plain = 'strategy: migrate\nquiesce: [web, worker]\nmigrate: { service: web, run: app migrate, within: 90s }'

  test('once, while what it names stands still, and before the target starts', async () => {
    const steps = await stepsOf(plain)
    expect(short(steps)).toEqual(['stop web+worker', 'create', 'command once without web+worker', 'start'])
    expect(steps[2]).toMatchObject({
      run: ['sh', '-c', 'app migrate'],
      dependencies: false,
      withinMs: 90_000,
      title: 'migrate once: app migrate in web',
    })
  })

  test('between steps on the source and steps on the ready target, each fixture in its place', async () => {
    const restore = '{ restore: { volume: { name: a, archive: a.tar } } }'
    const steps = await stepsOf(
      `${plain}\nbefore: [ ${restore}, { exec: { service: db, run: dump } } ]\nafter: [ ${restore}, { command: { run: notify } } ]`,
    )
    expect(short(steps)).toEqual([
      'restore 1',
      'command inside',
      'stop web+worker',
      'create',
      'command once without web+worker',
      'start',
      'ready',
      'restore 2',
      'command here',
    ])
  })
})

describe('rolling', () => {
  test('one container at a time; each has to be ready and to pass the smoke suite', async () => {
    expect(short(await stepsOf('strategy: rolling\norder: [web, worker]'))).toEqual([
      'create',
      ...[1, 2, 3].flatMap((turn) => [`replace web ${turn}/3`, 'ready', 'check between 0', 'check between 1']),
      'replace worker 1/1',
      'ready',
      'check between 0',
      'check between 1',
      'start',
    ])
  })

  test('checks of its own instead; with the last container nobody asks the old release any more', async () => {
    const steps = await stepsOf(`strategy: rolling
order: web
migrate: { service: web, run: [app, migrate] }
between:
  - http: { get: "http://web.old:80/" }
  - http: { get: "http://web.new:80/" }`)
    expect(short(steps)).toEqual([
      'create',
      'command once without ',
      ...[1, 2].flatMap((turn) => [`replace web ${turn}/3`, 'ready', 'check between 0', 'check between 1']),
      'replace web 3/3',
      'ready',
      'check between 1',
      'start',
    ])
  })
})

describe('transfer', () => {
  const base =
    'strategy: transfer\nexport: { exec: { service: app, run: [app, export], within: 3m } }\nfresh: [data, cache]'

  test('exports from the running source and imports by a command before the target starts', async () => {
    const steps = await stepsOf(`${base}\nimport: { service: app, mount: /e, run: [app, import, /e] }`)
    expect(short(steps)).toEqual(['export', 'stop', 'create', 'empty', 'restore 1', 'start'])
    expect(steps[0]).toMatchObject({ withinMs: 180_000 })
    expect(steps[3]).toMatchObject({ volumes: ['data', 'cache'] })
  })

  test.each([
    ['beside what it needs', '{ service: app, run: [app, import], running: [db] }', ['up db', 'restore 1', 'start']],
    ['through the API', '{ service: app, upload: { post: /import, field: file } }', ['start', 'ready', 'restore 1']],
    ['inside the target', '{ service: app, run: [app, import], exec: true }', ['start', 'ready', 'restore 1']],
    ['while all runs', '{ service: app, run: [app, import], running: all }', ['start', 'ready', 'restore 1']],
  ])('imports %s', async (_, options, after) => {
    expect(short(await stepsOf(`${base}\nimport: ${options}`))).toEqual(['export', 'stop', 'create', 'empty', ...after])
  })

  test('restores what comes before it first', async () => {
    const before = 'before: [ { restore: { volume: { name: a, archive: a.tar } } } ]'
    const steps = await stepsOf(`${base}\n${before}\nimport: { service: app, run: x }`)
    expect(short(steps)).toEqual(['restore 1', 'export', 'stop', 'create', 'empty', 'restore 2', 'start'])
  })
})

describe('steps', () => {
  const list = (...steps: string[]) =>
    stepsOf(`strategy: steps\nsteps:\n${steps.map((one) => `  - ${one}`).join('\n')}`)

  test.each([
    ['where pull stands', ['up: [db]', 'pull: true', 'up: all'], ['up db', 'create', 'start']],
    ['before the first start', ['stop: all', 'up: all'], ['stop', 'create', 'start']],
    ['before the first service', ['down: true', 'up: [db]', 'up: all'], ['down', 'create', 'up db', 'start']],
    [
      'before the first one-shot',
      ['exec: { service: a, run: x }', 'run: { service: a, run: x }', 'up: all'],
      ['command inside', 'create', 'command once', 'start'],
    ],
    ['last, where nothing needs the target', ['stop: [web]'], ['stop web', 'create', 'start']],
  ])('the pin changes %s', async (_, steps, done) => {
    expect(short(await list(...steps))).toEqual(done)
  })

  test('what they leave stopped is started in the end', async () => {
    expect(short(await list('pull: true', 'up: [db]'))).toEqual(['create', 'up db', 'start'])
    expect(short(await list('up: all', 'pull: true', 'ready: true'))).toEqual(['start', 'create', 'ready', 'start'])
    const stopped = ['pull: true', 'up: all', 'stop: [web, worker]']
    expect(short(await list(...stopped)).at(-1)).toBe('start')
    expect(short(await list(...stopped, 'up: [web]')).at(-1)).toBe('start')
    expect(short(await list(...stopped, 'up: [worker, web]')).at(-1)).toBe('up worker+web')
    expect(short(await list('pull: true', 'up: all', 'down: true')).at(-1)).toBe('start')
  })

  test.each(['../b.db', '/b.db', 'a/../../b'])('nothing is moved out of a volume: %s', async (to) => {
    await expect(list('stop: all', `move: { volume: data, from: a.db, to: ${to} }`)).rejects.toThrow(
      'write a path inside of the volume',
    )
  })

  test('every kind, as written', async () => {
    const steps = await list(
      'stop: [web]',
      'empty: cache',
      'move: { volume: data, from: a.db, to: b.db }',
      'restore: { volume: { name: a, archive: a.tar } }',
      'restore: { seed: { suite: ./seed.sh } }',
      'command: { run: "test -n x", require: ok }',
      'up: all',
    )
    expect(steps.map(({ title }) => title)).toEqual([
      'stop web cleanly',
      'empty cache',
      'move a.db to b.db in data',
      'restore volume a from a.tar',
      'restore seed with ./seed.sh',
      'run here: test -n x',
      'change the pin to 2.0, keep the volumes',
      'start 2.0',
    ])
    expect(short(steps).slice(3, 5)).toEqual(['restore 1', 'restore 2'])
  })
})
