import { RehearsalError } from '../errors.ts'
import type { ComposeModel, ComposeService } from './compose-model.ts'

/** Settings that would let a restored application out of its container, and why each is refused. */
function* unsafeParts(service: ComposeService): Generator<string> {
  if (service.privileged) yield 'privileged: true'
  for (const key of ['network_mode', 'pid', 'ipc', 'userns_mode', 'uts', 'cgroup'] as const) {
    // A container that is named is one beside the rehearsal: those of the stack get other names in it.
    if (service[key] === 'host' || service[key]?.startsWith('container:')) yield `${key}: ${service[key]}`
  }
  for (const from of service.volumes_from ?? []) {
    if (from.startsWith('container:')) yield `volumes_from: ${from}`
  }
  for (const capability of service.cap_add ?? []) {
    if (/^(CAP_)?(ALL|SYS_ADMIN|SYS_MODULE|SYS_PTRACE|NET_ADMIN|DAC_READ_SEARCH)$/i.test(capability))
      yield `cap_add: ${capability}`
  }
  if ((service.devices ?? []).length > 0) yield 'devices'
  for (const mount of service.volumes ?? []) {
    const source = mount.type === 'bind' ? (mount.source ?? '') : ''
    if (source === '/' || /(docker|containerd|podman)\.sock$/.test(source)) yield `a mount of ${source}`
  }
}

/** Throws STACK_UNSAFE where a service could reach the machine it is rehearsed on. */
export function refuseUnsafe(model: ComposeModel): void {
  for (const [name, service] of Object.entries(model.services)) {
    const [part] = unsafeParts(service)
    if (part === undefined) continue
    throw new RehearsalError(
      'STACK_UNSAFE',
      `service "${name}" has ${part}: with it, restored data could reach this machine`,
      {
        where: name,
        hint: 'rehearse from a Compose file of its own that leaves it out; several files can be listed, the last one wins',
      },
    )
  }
}
