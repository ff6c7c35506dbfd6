import type Dockerode from 'dockerode'
import { allEnded } from './all-ended.ts'
import { asking, type Engine } from './engine.ts'
import { roleLabel, runLabel, serviceLabel } from './labels.ts'

/** SIGKILL to whatever of a service runs, at once and without the engine starting it again; gives how many there were. */
export async function killService(
  engine: Engine,
  runId: string,
  service: string,
  signal: AbortSignal,
): Promise<number> {
  const filters = { label: [`${runLabel}=${runId}`, `${serviceLabel}=${service}`], status: ['running', 'restarting'] }
  const listed = await asking(() => engine.api.listContainers({ filters }))
  const own = listed.filter(({ Labels }) => ['app', 'once'].includes(Labels[roleLabel] ?? ''))
  signal.throwIfAborted()
  const killed = await allEnded(own.map(({ Id }) => killOne(engine.api.getContainer(Id))))
  return killed.filter(Boolean).length
}

/** False where it had ended by itself meanwhile. */
async function killOne(container: Dockerode.Container): Promise<boolean> {
  let policy: Dockerode.HostRestartPolicy = { Name: 'no' }
  const isKilled = await unlessGone(async () => {
    policy = (await container.inspect()).HostConfig.RestartPolicy ?? policy
    await container.update({ RestartPolicy: { Name: 'no' } })
    await container.kill({ signal: 'SIGKILL' })
  })
  await unlessGone(async () => {
    await container.wait()
    // It is started again as what it was.
    await container.update({ RestartPolicy: policy })
  })
  return isKilled
}

/** A one-shot is removed as soon as it has ended. */
async function unlessGone(work: () => Promise<void>): Promise<boolean> {
  try {
    await asking(work)
    return true
  } catch (cause) {
    const { statusCode = 0, message } = cause as Error & { statusCode?: number }
    if (statusCode === 404 || statusCode === 409 || /marked for removal/.test(message)) return false
    throw cause
  }
}
