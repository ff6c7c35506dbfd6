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
  try {
    const { HostConfig } = await asking(() => container.inspect())
    const policy = HostConfig.RestartPolicy ?? { Name: 'no' }
    await asking(() => container.update({ RestartPolicy: { Name: 'no' } }))
    await asking(() => container.kill({ signal: 'SIGKILL' }))
    await asking(() => container.wait())
    // It is started again as what it was.
    await asking(() => container.update({ RestartPolicy: policy }))
    return true
  } catch (cause) {
    if ([404, 409].includes((cause as { statusCode?: number }).statusCode ?? 0)) return false
    throw cause
  }
}
