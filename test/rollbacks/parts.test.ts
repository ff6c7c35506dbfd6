import { describe, expect, test } from 'vitest'
import { rollbacks } from '../../src/rollbacks/index.ts'
import { takenNames } from '../../src/rollbacks/rollback.ts'
import { seeded } from '../../src/rollbacks/seeded.ts'
import { kindOf, partsOf, procedure, told, way } from './input.ts'

const old = 'create 0, start, ready, prove 0, count back, check'

describe('what each kind is made of', () => {
  test.each<[string, string, readonly string[]]>([
    ['image', 'image: {}', [`image after upgraded for image: fork upgraded, ${old}`]],
    ['restore', 'restore: {}', [`restore after baseline for restore: fork baseline, ${old}`]],
    [
      'backup',
      'backup:\n  make: [ { exec: { service: db, run: dump, save: a } }, { exec: { service: s3, run: tar, save: b.tar } } ]\n  restore: [ { postgres: { service: db, dump: "{backup}/a" } }, { volume: { name: s3, archive: "{backup}/b.tar" } } ]',
      [
        'backup.before after baseline: fork baseline, create 0, start, ready, prove 0',
        'backup.make after backup.before for backup: export a, export b.tar',
        'backup after backup.make for backup: stop, fresh, create 0, restore 3, restore 4, start, count back, check',
      ],
    ],
    [
      'files',
      'files: { move: [ { volume: a, from: b, to: c }, { volume: a, from: d, to: b } ] }',
      [`files after upgraded for files: fork upgraded, move, move, ${old}`],
    ],
    [
      'command',
      'command: { steps: [ { up: [db] }, { run: { service: app, run: down } } ] }',
      [
        'command after upgraded for command: fork upgraded, create 1, create 0, up db, once, start, ready, prove 0, count back, check',
      ],
    ],
    [
      'command with its own change of the pin',
      'command: { steps: [ { run: { service: app, run: down } }, { pull: true }, { up: all } ] }',
      [
        'command after upgraded for command: fork upgraded, create 1, once, create 0, start, ready, prove 0, count back, check',
      ],
    ],
    [
      'automatic',
      'automatic: { break: { app: { environment: { A: b } } } }',
      [
        'automatic.before after before: fork before, create 0, stop',
        'automatic.break after automatic.before, failing: create 1 with other app, start, ready, check',
        `automatic after automatic.break for automatic: stop, ${old}`,
      ],
    ],
    [
      'interrupted',
      'interrupted: { service: app }',
      [
        'interrupted.kill after before: fork before, create 0, stop, create 1, interrupt app in start, stop, checkpoint interrupted.kill',
        'interrupted.again after interrupted.kill for interrupted.again: fork interrupted.kill, create 1, start, ready, prove 1, check',
        `interrupted.image after interrupted.kill for interrupted.image: fork interrupted.kill, ${old}`,
      ],
    ],
  ])('%s', async (_, text, lines) => {
    expect(told(await partsOf(text))).toEqual(lines)
  })

  test('none is left out', () => {
    expect(rollbacks.map(({ name }) => name)).toEqual([
      ...['image', 'restore', 'backup', 'files', 'command', 'automatic', 'interrupted'],
    ])
  })
})

describe('a name of its own', () => {
  test.each(rollbacks.map(({ name, example }) => [name, example]))('%s takes it everywhere', async (kind, example) => {
    const [first, ...rest] = example.split('\n')
    const named =
      rest.length > 0 ? [first, '  name: mine', ...rest].join('\n') : example.replace(/\{ ?/, '{ name: mine, ')
    const configured = await way(named)
    const parts = await partsOf(named)
    const ways = kindOf(configured).ways(configured.options)
    expect(configured.kind).toBe(kind)
    for (const { id } of ways) expect(id).toMatch(/^mine(\.|$)/)
    for (const { key, way: own } of parts) {
      expect(key).toMatch(/^mine(\.|$)/)
      if (own !== undefined) expect(ways.map(({ id }) => id)).toContain(own)
    }
  })

  test('can be none that means something else', () => {
    expect(takenNames).toEqual(expect.arrayContaining(rollbacks.map(({ name }) => name)))
  })
})

describe('on a path of several hops', () => {
  const last = { before: { release: 1, version: '1.5' }, target: { release: 2, version: '2.0' } }

  test('automatic and interrupted act on the last hop and end on the release before it', async () => {
    const procedureOfLast = (await procedure('strategy: restart')).map((step) =>
      step.do === 'create' ? { ...step, release: 2 } : step,
    )
    const changes = { ...last, procedure: procedureOfLast }
    const broken = told(await partsOf('automatic: { break: { app: { command: [a] } } }', changes))
    expect(broken[1]).toBe(
      'automatic.break after automatic.before, failing: create 2 with other app, start, ready, check',
    )
    expect(broken[2]).toContain('stop, create 1, start')
    const killed = told(await partsOf('interrupted: { service: app }', changes))
    expect(killed[0]).toContain('fork before, create 1, stop, create 2, interrupt app in start')
    expect(killed[1]).toContain('create 2, start, ready, prove 2')
    expect(killed[2]).toContain('create 1, start, ready, prove 1')
  })

  test('all others go back to the first release', async () => {
    for (const text of ['image: {}', 'restore: {}', 'files: { move: { volume: a, from: b, to: c } }'])
      expect(told(await partsOf(text, last))[0]).toContain('create 0, start, ready, prove 0')
  })
})

describe('an upgrade that is made to fail', () => {
  test('begins with the source running where the procedure needs it', async () => {
    const [before, broken] = await partsOf('automatic: { break: { web: { command: [a] } } }', {
      procedure: await procedure('strategy: migrate\nquiesce: [web]\nmigrate: { service: web, run: m }'),
    })
    expect(told([before, broken] as never)).toEqual([
      'automatic.before after before: fork before, create 0, start, ready, prove 0, stop web',
      'automatic.break after automatic.before, failing: create 1 with other web, once, start, ready, check',
    ])
  })

  test('is given what it fails by, and is not asked which image it runs', async () => {
    const [, broken] = await partsOf('automatic: { break: { app: { image: "x:broken" } } }')
    expect(broken?.steps[0]).toMatchObject({ do: 'create', altered: { app: { image: 'x:broken' } } })
    expect(broken?.steps.map(({ do: what }) => what)).not.toContain('prove')
  })
})

describe('an upgrade that is killed', () => {
  const killed = async (text: string, service = 'web', changes = {}) => {
    const parts = await partsOf(`interrupted: { service: ${service} }`, {
      procedure: await procedure(text),
      ...changes,
    })
    return told(parts.slice(0, 2)).map((line) => line.replace(/^.*?: /, ''))
  }

  test('in its one-shot, which then starts what it depends on by itself', async () => {
    const text =
      'strategy: migrate\nquiesce: [web]\nmigrate: { service: web, run: m }\nafter: [ { exec: { service: web, run: a } } ]'
    expect(await killed(text)).toEqual([
      'fork before, create 0, start, ready, prove 0, stop web, create 1, interrupt web in once, stop, checkpoint interrupted.kill',
      'fork interrupted.kill, create 1, once with dependencies, start, ready, inside, ready, prove 1, check',
    ])
  })

  test('in its one-shot after all was stopped: what was started for it is started again', async () => {
    const text =
      'strategy: steps\nsteps: [ { exec: { service: db, run: dump } }, { down: true }, { pull: true }, { up: [db] }, { ready: true }, { run: { service: web, run: m } }, { up: all } ]'
    expect(await killed(text)).toEqual([
      'fork before, create 0, start, ready, prove 0, inside, down, create 1, up db, ready, interrupt web in once, stop, checkpoint interrupted.kill',
      'fork interrupted.kill, create 1, up db, ready, once, start, ready, prove 1, check',
    ])
  })

  test('in the start of its own service, not in that of another', async () => {
    const text = 'strategy: steps\nsteps: [ { stop: all }, { pull: true }, { up: [db] }, { up: [web] }, { up: all } ]'
    expect(await killed(text)).toEqual([
      'fork before, create 0, stop, create 1, up db, interrupt web in up web, stop, checkpoint interrupted.kill',
      'fork interrupted.kill, create 1, up db, up web, start, ready, prove 1, check',
    ])
  })

  test('in its import', async () => {
    const text =
      'strategy: transfer\nexport: { exec: { service: web, run: e } }\nfresh: data\nimport: { service: web, mount: /e, run: i, running: [db] }'
    expect(await killed(text)).toEqual([
      'fork before, create 0, start, ready, prove 0, export, stop, create 1, empty, up db, interrupt web in restore 1, stop, checkpoint interrupted.kill',
      'fork interrupted.kill, create 1, up db, restore 1, start, ready, prove 1, check',
    ])
  })

  test('not in a restore into another service', async () => {
    const text =
      'strategy: steps\nsteps: [ { stop: all }, { pull: true }, { restore: { postgres: { service: db, dump: x } } }, { up: all } ]'
    const [kill] = await killed(text, 'web', { loads: (_: number, service: string) => service === 'db' })
    expect(kill).toContain('restore 1, interrupt web in start')
  })

  test('while one container after the other is replaced: started again, all of it is the target', async () => {
    const text = 'strategy: rolling\norder: [worker, web]\nmigrate: { service: web, run: m }'
    expect(await killed(text)).toEqual([
      'fork before, create 0, start, ready, prove 0, create 1, interrupt web in once, stop, checkpoint interrupted.kill',
      'fork interrupted.kill, create 1, once with dependencies, start, ready, prove 1, check',
    ])
    const plain = 'strategy: rolling\norder: [worker, web]\nbetween: [ { http: { get: / } } ]'
    expect(await killed(plain)).toEqual([
      'fork before, create 0, start, ready, prove 0, create 1, replace worker 1, ready, check, interrupt web in replace web 1, stop, checkpoint interrupted.kill',
      'fork interrupted.kill, create 1, start, ready, prove 1, check',
    ])
  })

  test('several times: each from the same state, at a moment of its own, and none in the way of another', async () => {
    const parts = await partsOf('interrupted: { service: app, times: 3, seed: 7 }')
    expect(parts.map(({ key }) => key)).toEqual(
      [1, 2, 3].flatMap((turn) => ['kill', 'again', 'image'].map((part) => `interrupted.${turn}.${part}`)),
    )
    const kills = parts.filter(({ key }) => key.endsWith('.kill'))
    expect(new Set(kills.map(({ after }) => after))).toEqual(new Set(['before']))
    const shares = kills.flatMap(({ steps }) => steps.flatMap((step) => (step.do === 'interrupt' ? [step.share] : [])))
    expect(new Set(shares).size).toBe(3)
    const again = await partsOf('interrupted: { service: app, times: 3, seed: 7 }')
    expect(again).toEqual(parts)
    expect(await partsOf('interrupted: { service: app, times: 3, seed: 8 }')).not.toEqual(parts)
  })
})

test('moments follow from the seed and are spread over the whole migration', () => {
  const moments = Array.from({ length: 1_000 }, (_, place) => seeded(1, place))
  expect(moments.every((share) => share >= 0 && share < 1)).toBe(true)
  expect(new Set(moments).size).toBe(1_000)
  for (let tenth = 0; tenth < 10; tenth += 1) {
    const own = moments.filter((share) => Math.floor(share * 10) === tenth)
    expect(own.length).toBeGreaterThan(60)
    expect(own.length).toBeLessThan(140)
  }
  // Neighbouring seeds have nothing in common.
  const other = Array.from({ length: 1_000 }, (_, place) => seeded(2, place))
  expect(other.filter((share) => moments.includes(share)).length).toBeLessThan(3)
})

test('what a way back names is looked for on the side that it acts on', async () => {
  const named = async (text: string) => {
    const configured = await way(text)
    const { services = [], sourceServices = [] } = kindOf(configured).named?.(configured.options) ?? {}
    return { target: services.map(({ service }) => service), source: sourceServices.map(({ service }) => service) }
  }
  expect(await named('command: { steps: [ { exec: { service: a, run: x } }, { pull: true }, { up: [b] } ] }')).toEqual({
    target: ['a'],
    source: ['b'],
  })
  expect(await named('automatic: { break: { a: { command: [x] }, b: { image: y } } }')).toEqual({
    target: ['a', 'b'],
    source: [],
  })
  expect(await named('interrupted: { service: a }')).toEqual({ target: ['a'], source: [] })
  expect(
    await named(
      'backup: { make: [ { exec: { service: a, run: x, save: y } } ], restore: [ { postgres: { service: b, dump: "{backup}/y" } } ] }',
    ),
  ).toEqual({ target: [], source: ['a', 'b'] })
})
