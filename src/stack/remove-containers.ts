import { allEnded } from './all-ended.ts'
import { unnamedIn } from './anonymous-volumes.ts'
import { asking, type Engine } from './engine.ts'
import { roleLabel, runLabel } from './labels.ts'

/** Removes a run's containers of these roles, and the volumes that nobody named with them. */
export async function removeContainers(engine: Engine, runId: string, roles: readonly string[]): Promise<void> {
  const filters = { label: [`${runLabel}=${runId}`] }
  const listed = await asking(() => engine.api.listContainers({ all: true, filters }))
  const own = listed.filter(({ Labels }) => roles.includes(Labels[roleLabel] ?? ''))
  await allEnded(
    own.map(({ Id }) =>
      asking(() => engine.api.getContainer(Id).remove({ v: true, force: true })).catch((cause) => {
        // Gone, or going: a one-shot removes its own.
        if (![404, 409].includes((cause as { statusCode?: number }).statusCode ?? 0)) throw cause
      }),
    ),
  )
  // One that Compose has handed on does not go with its container.
  const unnamed = unnamedIn(own.flatMap(({ Mounts }) => Mounts ?? []))
  await Promise.all(
    [...unnamed].map((name) => asking(() => engine.api.getVolume(name).remove()).catch(() => undefined)),
  )
}
