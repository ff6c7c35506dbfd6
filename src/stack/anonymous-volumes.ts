import { RehearsalError } from '../errors.ts'
import { asking, type Described, type Engine } from './engine.ts'
import type { Mount } from './held-volume.ts'

interface EngineMount {
  readonly Type: string
  readonly Name?: string | undefined
}

/** Volumes that images ask for and nobody named; they carry no label of ours. */
export function anonymousVolumes(containers: readonly Described[]): Set<string> {
  return unnamedIn(containers.flatMap(({ inspect }) => inspect.Mounts))
}

export function unnamedIn(mounts: readonly EngineMount[]): Set<string> {
  return new Set(mounts.filter(isUnnamed).map(({ Name }) => Name as string))
}

function isUnnamed({ Type, Name }: EngineMount): boolean {
  return Type === 'volume' && /^[0-9a-f]{64}$/.test(Name ?? '')
}

/** One of them, and where services have it: `volumes_from` gives it to several. */
export interface AnonymousVolume {
  readonly name: string
  readonly mounts: readonly Mount[]
}

/** Where they are. Throws STACK_INVALID where a service has several of the same kind, which nothing tells apart. */
export function anonymousMounts(containers: readonly Described[]): AnonymousVolume[] {
  const found = new Map<string, Mount[]>()
  const taken = new Map<string, string>()
  for (const { id, state, inspect } of containers) {
    for (const mount of inspect.Mounts.filter(isUnnamed)) {
      const { service } = state
      if ((taken.get(service) ?? id) !== id) throw severalOf(service, mount.Destination)
      taken.set(service, id)
      const name = mount.Name as string
      found.set(name, [...(found.get(name) ?? []), { service, target: mount.Destination }])
    }
  }
  return [...found].map(([name, mounts]) => ({ name, mounts }))
}

function severalOf(service: string, path: string): RehearsalError {
  return new RehearsalError(
    'STACK_INVALID',
    `service "${service}" has several containers with a volume of their own at ${path}, which can't be put back`,
    { where: service, hint: `give it a name in the Compose file: "volumes: [ NAME:${path} ]"` },
  )
}

/** Compose keeps them when it replaces a container; where the new one has another mount in their place, nobody has them. */
export async function removeOrphaned(
  engine: Engine,
  before: ReadonlySet<string>,
  now: readonly Described[],
): Promise<void> {
  const used = anonymousVolumes(now)
  const orphaned = [...before].filter((name) => !used.has(name))
  await Promise.all(orphaned.map((name) => asking(() => engine.api.getVolume(name).remove()).catch(() => undefined)))
}
