import type { Step } from '../plan/plan.ts'
import type { Scene, Spot } from './scene.ts'
import { startWatched } from './start.ts'

type StepOf<Name extends Step['do']> = Extract<Step, { do: Name }>

/** Starts some services; all else goes on or, where these are to run alone, is stopped. */
export async function startSome(scene: Scene, step: StepOf<'up'>, spot: Spot): Promise<void> {
  const { stack } = scene.ports
  if (step.alone) {
    const others = (await stack.containers()).filter((one) => one.status === 'running')
    const stopped = [...new Set(others.map(({ service }) => service))].filter((name) => !step.services.includes(name))
    if (stopped.length > 0) await stack.stop(step.graceMs ?? 0, spot.signal, stopped)
  }
  await scene.begin(spot)
  scene.beginStart()
  for (const service of step.services) scene.stopped.delete(service)
  const starting = (inTime: AbortSignal) => stack.startServices(step.services, inTime)
  await startWatched(stack, scene.watch, starting, spot.signal, step.services)
}

/** Stops services cleanly; one that had to be killed is told. */
export async function stopSome(scene: Scene, step: StepOf<'stop'>, spot: Spot): Promise<void> {
  const { stack, journal } = scene.ports
  const before = await stack.containers()
  scene.evidence.during('stopping')
  await stack.stop(step.graceMs, spot.signal, step.services)
  // What goes on running has to do without what was stopped.
  scene.evidence.during('starting')
  const after = await stack.containers()
  for (const { service } of step.services ? step.services.map((service) => ({ service })) : after)
    scene.stopped.add(service)
  const ran = new Set(before.filter(({ status }) => status === 'running').map(({ container }) => container))
  const killed = after.filter((one) => ran.has(one.container) && one.status === 'exited' && one.exitCode === 137)
  for (const { service } of killed) {
    const message = `${service} did not stop within its grace period and was killed: what follows may be the kill's doing`
    journal.write({ type: 'warning', code: 'UNCLEAN_STOP', message, where: service })
  }
  // What ran until now is replaced next, and its log with it.
  await scene.evidence.keepLogs(spot.signal)
  if (step.services) await scene.begin(spot)
}

/** Puts one container of the new release into the place of an old one. */
export async function replaceOne(scene: Scene, step: StepOf<'replace'>, spot: Spot): Promise<void> {
  await scene.evidence.keepLogs(spot.signal)
  await scene.begin(spot)
  scene.beginStart()
  scene.replaced = { service: step.service, count: step.turn }
  await scene.ports.stack.replaceOne(step.service, step.turn, spot.signal)
}
