import { createHash } from 'node:crypto'
import { basename, relative } from 'node:path'
import { RehearsalError } from '../errors.ts'
import type { Mount } from '../releases/release.ts'
import type { ComposeMount, ComposeService } from './compose-model.ts'
import type { Copy, RewriteInput, VolumePlan } from './compose-rewrite.ts'
import { prefixOf } from './labels.ts'
import type { ComposeRead } from './read-compose.ts'

/** A mount as a rehearsal may have it; what has to be made for it goes into `volumes` and `copies`. */
export function rewriteMount(
  mount: ComposeMount,
  service: string,
  input: RewriteInput,
  volumes: Map<string, VolumePlan>,
  copies: Copy[],
): ComposeMount[] {
  if (mount.type === 'tmpfs') return [mount]
  if (mount.type === 'bind' && input.binds.get(mount.source ?? '') === 'file') {
    copies.push({ service, source: mount.source as string, target: mount.target })
    return []
  }
  if (mount.type !== 'bind' && mount.type !== 'volume') {
    throw new RehearsalError('STACK_INVALID', `service "${service}" mounts a ${mount.type}, which can't be rehearsed`, {
      where: service,
    })
  }
  const source = mount.source ?? `${service}:${mount.target}`
  const key = input.homes?.get(source) ?? source
  const known = volumes.get(key) ?? planVolume(key, mount, input)
  volumes.set(key, known)
  const options = { ...mount.volume, ...(mount.type === 'bind' ? { nocopy: true } : {}) }
  const volume = input.volume?.(known.name) ?? known.name
  return [
    { type: 'volume', source: volume, target: mount.target, read_only: mount.read_only ?? false, volume: options },
  ]
}

function planVolume(key: string, mount: ComposeMount, input: RewriteInput): VolumePlan {
  const prefix = prefixOf(input.runId)
  if (mount.type === 'volume' && mount.source !== undefined) return { key, name: `${prefix}_${key}` }
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 8)
  const readable = basename(key).replace(/[^a-zA-Z0-9_.-]/g, '') || 'folder'
  const folder = mount.source ?? key
  const isFolder = input.binds.get(folder) === 'folder'
  return { key, name: `${prefix}_${readable}-${hash}`, ...(isFolder ? { folder } : {}) }
}

/** What an image asked for and a checkpoint has put back, unless the file has something of its own there. */
export function furtherMounts(service: string, own: readonly ComposeMount[], input: RewriteInput): ComposeMount[] {
  const further = (input.mounts?.(service) ?? []).filter(({ target }) => !own.some((mount) => mount.target === target))
  return further.map(({ volume, target }) => ({ type: 'volume', source: volume, target, volume: {} }))
}

/** The engine's names of all that is mounted. */
export function volumesIn(mounts: readonly ComposeMount[]): string[] {
  return [...new Set(mounts.flatMap(({ type, source }) => (type === 'volume' && source !== undefined ? [source] : [])))]
}

/** Where a service keeps data: named volumes, and folders of the operator's below the configuration's as they are written there. */
export function mountsOf({ volumes = [] }: ComposeService, { binds, homes }: ComposeRead, folder: string): Mount[] {
  return volumes.flatMap(({ type, source, target, read_only: isReadOnly }): Mount[] => {
    if (source === undefined || isReadOnly) return []
    if (type === 'volume') return [{ volume: source, target }]
    if (type !== 'bind' || binds.get(source) === 'file') return []
    const home = homes.get(source) ?? source
    const inside = relative(folder, home)
    return [{ volume: inside.startsWith('..') ? home : `./${inside}`, target }]
  })
}
