import { asking, type Described, type Engine } from './engine.ts'

/** Volumes that images ask for and nobody named; they carry no label of ours. */
export function anonymousVolumes(containers: readonly Described[]): Set<string> {
  const mounts = containers.flatMap(({ inspect }) => inspect.Mounts)
  return new Set(
    mounts.flatMap(({ Type, Name }) =>
      Type === 'volume' && /^[0-9a-f]{64}$/.test(Name ?? '') ? [Name as string] : [],
    ),
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
