import { describe, expect, test } from 'vitest'
import type { ComposeService } from '../../src/stack/compose-model.ts'
import { refuseUnsafe } from '../../src/stack/unsafe.ts'

const bind = (source: string): ComposeService => ({ volumes: [{ type: 'bind', source, target: '/x' }] })

describe('a way to the machine is refused by its name', () => {
  test.each<[string, ComposeService]>([
    ['privileged: true', { privileged: true }],
    ['network_mode: host', { network_mode: 'host' }],
    ['network_mode: container:other', { network_mode: 'container:other' }],
    ['pid: host', { pid: 'host' }],
    ['ipc: host', { ipc: 'host' }],
    ['userns_mode: host', { userns_mode: 'host' }],
    ['cap_add: SYS_ADMIN', { cap_add: ['CHOWN', 'SYS_ADMIN'] }],
    ['cap_add: CAP_SYS_PTRACE', { cap_add: ['CAP_SYS_PTRACE'] }],
    ['cap_add: all', { cap_add: ['all'] }],
    ['devices', { devices: ['/dev/sda:/dev/sda'] }],
    ['a mount of /', bind('/')],
    ['a mount of /var/run/docker.sock', bind('/var/run/docker.sock')],
    ['a mount of /run/user/1000/podman/podman.sock', bind('/run/user/1000/podman/podman.sock')],
    ['a mount of /run/containerd/containerd.sock', bind('/run/containerd/containerd.sock')],
  ])('%s', (part, service) => {
    expect(() => refuseUnsafe({ services: { fine: {}, web: service } })).toThrow(
      expect.objectContaining({
        code: 'STACK_UNSAFE',
        message: `service "web" has ${part}: with it, restored data could reach this machine`,
        details: expect.objectContaining({ where: 'web', hint: expect.any(String) }),
      }),
    )
  })
})

test.each<[string, ComposeService]>([
  ['nothing', {}],
  ['harmless capabilities', { cap_add: ['CHOWN', 'NET_BIND_SERVICE'] }],
  ['another service’s network', { network_mode: 'service:vpn' }],
  ['an ordinary mount', bind('/srv/app/data')],
  ['no device', { devices: [] }],
])('%s is taken', (_, service) => {
  expect(() => refuseUnsafe({ services: { web: service } })).not.toThrow()
})
