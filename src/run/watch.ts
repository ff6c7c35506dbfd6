import { RehearsalError } from '../errors.ts'
import type { ContainerState } from './journal.ts'

/** Crashes that are forgiven once everything else is up: an application may lose the race against its database. */
const forgivenRestarts = 4

/** A look at all containers while they start; throws at the first that can't become ready any more. */
export type Watch = (containers: readonly ContainerState[]) => void

/** Makes a watch for one start. While a service waits for another one, its restarts are not held against it. */
export function watchStart(): Watch {
  const excused = new Map<string, number>()
  const ill = new Map<string, { readonly startedAt: string | undefined; readonly since: number }>()
  return (containers) => {
    for (const container of containers) {
      refuseDead(isBetweenRestarts(container, ill) ? { ...container, health: 'starting' } : container)
      const others = containers.filter((other) => other.container !== container.container)
      // What crashes as often is nothing to wait for: two that fail for one reason would excuse each other for ever.
      const awaited = others.some((other) => !isSettled(other) && other.restarts < container.restarts)
      if (awaited) excused.set(container.container, container.restarts)
      const counted = container.restarts - (excused.get(container.container) ?? 0)
      if (counted > forgivenRestarts) {
        throw new RehearsalError(
          'CRASHED',
          `${container.service} crashes again and again: the engine restarted it ${container.restarts} times`,
          {
            where: container.service,
            expected: `${container.service} keeps running`,
            actual: `last exit code ${container.exitCode ?? 'unknown'}`,
          },
        )
      }
    }
  }
}

/** Makes a watch for services that were ready: from then on no restart is right. */
export function watchSteady(ready: readonly ContainerState[]): Watch {
  const before = new Map(ready.map((container) => [container.container, container.restarts]))
  return (containers) => {
    for (const container of containers) {
      refuseDead(container)
      if (container.restarts > (before.get(container.container) ?? 0)) {
        throw new RehearsalError('RESTARTED', `${container.service} crashed after it was ready, and was restarted`, {
          where: container.service,
        })
      }
    }
  }
}

/** A container that was restarted keeps the health of its last life for a moment; milliseconds. */
const staleHealthMs = 2_000

function isBetweenRestarts(
  container: ContainerState,
  ill: Map<string, { readonly startedAt: string | undefined; readonly since: number }>,
): boolean {
  if (container.health !== 'unhealthy' || container.restarts === 0) return false
  const known = ill.get(container.container)
  const same = known !== undefined && known.startedAt === container.startedAt
  if (!same) ill.set(container.container, { startedAt: container.startedAt, since: performance.now() })
  return !same || performance.now() - known.since < staleHealthMs
}

function refuseDead(container: ContainerState): void {
  const { service, exitCode, foreign } = container
  // Its programs never ran, or ran by emulation: neither says anything about the release.
  if (foreign !== undefined && exitCode !== undefined && exitCode !== 0) {
    throw new RehearsalError('PULL_NOT_FOUND', `${service} can't run here: its image is for ${foreign}`, {
      where: service,
      hint: 'is the version published for this machine’s architecture?',
    })
  }
  if (container.outOfMemory) {
    throw new RehearsalError('OUT_OF_MEMORY', `${service} was killed: it ran out of memory`, {
      where: service,
      hint: 'raise its memory limit, or give the machine more',
    })
  }
  if ((container.status === 'exited' || container.status === 'dead') && exitCode !== 0) {
    throw new RehearsalError('CRASHED', `${service} exited with code ${exitCode}`, {
      where: service,
      expected: `${service} keeps running`,
      actual: `exit code ${exitCode}`,
    })
  }
  if (container.health === 'unhealthy') {
    throw new RehearsalError('UNHEALTHY', `the engine calls ${service} unhealthy`, {
      where: service,
      expected: `${service} is healthy`,
      actual: 'unhealthy',
      hint: `its health check fails; try it by hand, or raise its retries`,
    })
  }
}

/** In the state that it is meant to stay in: up, and healthy where it can say so, or done with exit code 0. */
export function isSettled(container: ContainerState): boolean {
  if (container.status === 'exited') return container.exitCode === 0
  return container.status === 'running' && (container.health === undefined || container.health === 'healthy')
}
