import type Dockerode from 'dockerode'
import { allEnded } from './all-ended.ts'
import { asking, type Engine } from './engine.ts'
import { roleLabel, runLabel, serviceLabel } from './labels.ts'

/** SIGKILL to whatever of a service runs, at once and without the engine starting it again; gives how many there were. */
export async function killService(
  engine: Engine,
  runId: string,
  { service, spared }: { readonly service: string; readonly spared: ReadonlySet<string> },
  signal: AbortSignal,
): Promise<number> {
  const filters = { label: [`${runLabel}=${runId}`, `${serviceLabel}=${service}`], status: ['running', 'restarting'] }
  const listed = await asking(() => engine.api.listContainers({ filters }))
  const own = listed.filter(
    ({ Labels, Names }) =>
      ['app', 'once'].includes(Labels[roleLabel] ?? '') && !Names.some((name) => spared.has(name.replace(/^\//, ''))),
  )
  signal.throwIfAborted()
  const killed = await allEnded(own.map(({ Id }) => killOne(engine.api.getContainer(Id))))
  return killed.filter(Boolean).length
}

/** False where it had ended by itself meanwhile. */
async function killOne(container: Dockerode.Container): Promise<boolean> {
  let policy: Dockerode.HostRestartPolicy = { Name: 'no' }
  const isKilled = await unlessEnded(container, async () => {
    policy = (await container.inspect()).HostConfig.RestartPolicy ?? policy
    await container.update({ RestartPolicy: { Name: 'no' } })
    await container.kill({ signal: 'SIGKILL' })
  })
  await unlessEnded(container, async () => {
    await container.wait()
    // It is started again as what it was.
    await container.update({ RestartPolicy: policy })
  })
  return isKilled
}

/** The engine has another error for each moment in which a container may end, or be gone, while it is asked for something. */
async function unlessEnded(container: Dockerode.Container, work: () => Promise<void>): Promise<boolean> {
  try {
    await asking(work)
    return true
  } catch (cause) {
    if (await hasEnded(container)) return false
    throw cause
  }
}

async function hasEnded(container: Dockerode.Container): Promise<boolean> {
  return await asking(() => container.inspect()).then(
    ({ State }) => !State.Running || State.Restarting,
    (cause: { readonly statusCode?: number }) => cause.statusCode === 404,
  )
}
