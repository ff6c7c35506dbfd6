import { forget, publish, type Registry, startRegistry, type Variant, variant } from '../../test/itg/registry.ts'
import { type Island, startIsland } from './island.ts'

/** What several faults use, made when the first of them needs it. */
export interface Shared {
  /** A registry, and the note keeper's two releases as images that no other name has. */
  published(): Promise<Published>
  /** An engine of its own. */
  island(): Promise<Island>
  end(): Promise<void>
}

export interface Published {
  readonly registry: Registry
  readonly older: Variant
  readonly newer: Variant
}

export function openShared(): Shared {
  const undo: (() => Promise<unknown>)[] = []
  let published: Promise<Published> | undefined
  let island: Promise<Island> | undefined
  return {
    published: () => (published ??= publishReleases(undo)),
    island: () => (island ??= startIsland((work) => undo.push(work))),
    end: async () => {
      for (const work of undo.toReversed()) await work()
    },
  }
}

async function publishReleases(undo: (() => Promise<unknown>)[]): Promise<Published> {
  const registry = await startRegistry()
  undo.push(() => registry.remove())
  const older = await variant('rehearsal-test/app:1.0')
  const newer = await variant('rehearsal-test/app:2.0')
  // By their ids: each repository that they were published in and pulled from is a name of theirs.
  undo.push(() => forget(older.id, newer.id))
  return { registry, older, newer }
}

/** Publishes both releases in a repository of their own; gives its name. */
export async function publishNotes({ registry, older, newer }: Published, name: string): Promise<string> {
  const repository = `${registry.host}/${name}`
  await publish(older.name, `${repository}:1.0`)
  await publish(newer.name, `${repository}:2.0`)
  return repository
}
