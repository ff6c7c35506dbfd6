import { describe, expect, test } from 'vitest'
import type { ComposeService } from '../../src/stack/compose-model.ts'
import { configChanges } from '../../src/stack/config-changes.ts'

const told = (old: ComposeService, now: ComposeService) =>
  configChanges({ services: { web: old } }, { services: { web: now } }).map(({ part, text }) => `${part}: ${text}`)

describe('what changes in a service', () => {
  test.each<[string, ComposeService, ComposeService, ...string[]]>([
    ['its image', { image: 'a:1' }, { image: 'a:2' }, 'image: a:1 → a:2'],
    ['an image instead of a build', {}, { image: 'a:2' }, 'image: none → a:2'],
    ['its replicas', { image: 'a:1' }, { image: 'a:1', deploy: { replicas: 2 } }, 'replicas: 1 → 2'],
    ['its scale', { scale: 3 }, { scale: 1 }, 'replicas: 3 → 1'],
    ['its command', { command: ['a'] }, { command: ['b'] }, 'command: changed'],
    ['its entrypoint', { entrypoint: ['a'] }, {}, 'command: changed'],
    [
      'its mounts',
      {
        volumes: [
          { type: 'volume', source: 'a', target: '/a' },
          { type: 'volume', source: 'b', target: '/b' },
        ],
      },
      {
        volumes: [
          { type: 'volume', source: 'other', target: '/a' },
          { type: 'bind', source: '/c', target: '/c' },
        ],
      },
      'mounts: added /c; removed /b; changed /a',
    ],
    [
      'a mount that is read-only now',
      { volumes: [{ type: 'volume', source: 'a', target: '/a' }] },
      { volumes: [{ type: 'volume', source: 'a', target: '/a', read_only: true }] },
      'mounts: changed /a',
    ],
    [
      'its variables',
      { environment: { OLD: 'x', SAME: 'x', LEVEL: 'info', EMPTY: null } },
      { environment: { SAME: 'x', LEVEL: 'debug', NEW: 'x', EMPTY: null } },
      'variables: added NEW; removed OLD; changed LEVEL',
    ],
    [
      'its ports',
      { ports: [{ target: 80 }] },
      { ports: [{ target: 80 }, { target: 53, protocol: 'udp' }] },
      'ports: added 53/udp',
    ],
    [
      'nothing that counts',
      { image: 'a:1', ports: [{ target: 80 }], labels: { a: 'b' } },
      { image: 'a:1', ports: [{ target: 80, protocol: 'tcp' }], labels: {} },
    ],
    [
      'several parts at once',
      { image: 'a:1', scale: 1 },
      { image: 'a:2', scale: 2 },
      'image: a:1 → a:2',
      'replicas: 1 → 2',
    ],
  ])('%s', (_, old, now, ...changes) => {
    expect(told(old, now)).toEqual(changes)
  })

  test('is never the value of a variable', () => {
    const changes = told(
      { environment: { KEY: 'old-secret' } },
      { environment: { KEY: 'new-secret', TOKEN: 'secret' } },
    )
    expect(changes.join()).not.toContain('secret')
  })
})

test('services that come and go, in the order of their names', () => {
  const before = { services: { web: { image: 'a:1' }, old: { image: 'b:1' } } }
  const after = { services: { web: { image: 'a:1' }, new: { image: 'c:1' }, built: { build: '.' } } }
  expect(configChanges(before, after)).toEqual([
    { service: 'built', part: 'service', text: 'added, built from source' },
    { service: 'new', part: 'service', text: 'added, c:1' },
    { service: 'old', part: 'service', text: 'removed' },
  ])
})
