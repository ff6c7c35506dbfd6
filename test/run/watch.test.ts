import { describe, expect, test } from 'vitest'
import type { ContainerState } from '../../src/run/journal.ts'
import { isSettled, watchStart, watchSteady } from '../../src/run/watch.ts'

function container(service: string, more: Partial<ContainerState> = {}): ContainerState {
  return {
    service,
    container: `${service}-1`,
    status: 'running',
    outOfMemory: false,
    restarts: 0,
    image: 'sha256:1',
    ...more,
  }
}

const problem = (code: string, where: string) =>
  expect.objectContaining({ code, details: expect.objectContaining({ where }) })

describe.each([
  ['while starting', () => watchStart()],
  ['once ready', () => watchSteady([])],
])('%s', (_, make) => {
  test.each<[string, Partial<ContainerState>]>([
    ['CRASHED', { status: 'exited', exitCode: 1 }],
    ['CRASHED', { status: 'dead', exitCode: 137 }],
    ['UNHEALTHY', { health: 'unhealthy' }],
    ['PULL_NOT_FOUND', { status: 'exited', exitCode: 1, foreign: 's390x' }],
    ['PULL_NOT_FOUND', { status: 'restarting', exitCode: 1, foreign: 's390x' }],
    ['OUT_OF_MEMORY', { status: 'exited', exitCode: 137, outOfMemory: true }],
  ])('%s ends the waiting at once: %j', (code, state) => {
    expect(() => make()([container('db'), container('web', state)])).toThrow(problem(code, 'web'))
  })

  test.each<Partial<ContainerState>>([
    { status: 'exited', exitCode: 0 },
    { status: 'created' },
    { status: 'restarting', exitCode: 1 },
    { health: 'starting' },
    { health: 'healthy' },
  ])('%j can still become ready', (state) => {
    expect(() => make()([container('web', state)])).not.toThrow()
  })
})

describe('restarts while starting', () => {
  test('are a crash from the fifth on, once everything else is up', () => {
    const watch = watchStart()
    for (let restarts = 0; restarts <= 4; restarts++) watch([container('db'), container('web', { restarts })])
    expect(() => watch([container('db'), container('web', { restarts: 5 })])).toThrow(problem('CRASHED', 'web'))
  })

  test('are forgiven while another service is not up, and counted from then on', () => {
    const watch = watchStart()
    watch([container('db', { health: 'starting' }), container('web', { restarts: 30 })])
    for (let restarts = 30; restarts <= 34; restarts++)
      watch([container('db', { health: 'healthy' }), container('web', { restarts })])
    expect(() => watch([container('db', { health: 'healthy' }), container('web', { restarts: 35 })])).toThrow(
      problem('CRASHED', 'web'),
    )
  })

  test('are counted anew after each time that another service was not up', () => {
    const watch = watchStart()
    for (let restarts = 0; restarts <= 4; restarts++) watch([container('db'), container('web', { restarts })])
    watch([container('db', { status: 'restarting', restarts: 1 }), container('web', { restarts: 8 })])
    watch([container('db', { restarts: 1 }), container('web', { restarts: 12 })])
    expect(() => watch([container('db', { restarts: 1 }), container('web', { restarts: 13 })])).toThrow(
      problem('CRASHED', 'web'),
    )
  })
})

test('once ready no restart is right, but those from before are', () => {
  const watch = watchSteady([container('web', { restarts: 2 })])
  watch([container('web', { restarts: 2 })])
  expect(() => watch([container('web', { restarts: 3 })])).toThrow(problem('RESTARTED', 'web'))
})

test.each<[boolean, Partial<ContainerState>]>([
  [true, {}],
  [true, { health: 'healthy' }],
  [true, { status: 'exited', exitCode: 0 }],
  [false, { health: 'starting' }],
  [false, { health: 'unhealthy' }],
  [false, { status: 'created' }],
  [false, { status: 'restarting', exitCode: 0 }],
  [false, { status: 'exited', exitCode: 1 }],
])('settled is %s for %j', (expected, state) => {
  expect(isSettled(container('web', state))).toBe(expected)
})

test('two services that crash for one reason do not excuse each other', () => {
  const watch = watchStart()
  const both = (restarts: number) => [
    container('web', { status: 'restarting', exitCode: 1, restarts }),
    container('worker', { status: 'restarting', exitCode: 1, restarts }),
  ]
  for (const restarts of [0, 1, 2, 3, 4]) expect(() => watch(both(restarts))).not.toThrow()
  expect(() => watch(both(5))).toThrow(problem('CRASHED', 'web'))
})
