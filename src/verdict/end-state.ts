import type { ContainerState } from '../run/journal.ts'
import { byService, containersAt, type Facts } from './facts.ts'
import { type Finding, finding, place } from './finding.ts'

/** Judges how the target's containers ended, against how the baseline's did. */
export function judgeEndState(facts: Facts): Finding[] {
  const target = containersAt(facts, 'target', 'end')
  if (!target) return []
  const baseline = containersAt(facts, 'baseline', 'end') ?? []
  const before = byService(baseline)
  const states = [...byService(target)].flatMap(([service, containers]) => [
    ...containers.flatMap((container) => judgeState(container, before.get(service) ?? [])),
    ...judgeRestarts(facts, service),
  ])
  const silent = [...baseline, ...target].filter((container) => container.outOfMemory && container.status === 'running')
  return [...states, ...silent.map((container) => starved(container, baseline.includes(container)))]
}

function judgeState(container: ContainerState, baseline: readonly ContainerState[]): Finding[] {
  const { service } = container
  const fault = faultOf(container, baseline)
  if (!fault) return []
  const where = place('target', undefined, service)
  const state = describe([container])
  const before = baseline.length > 0 ? describe(baseline) : 'not there'
  if (baseline.length > 0 && before === state) {
    return [finding('inconclusive', 'BASELINE_RED', `${service} is ${state} on the baseline as on the target.`, where)]
  }
  if (container.outOfMemory) {
    return [
      finding(
        'inconclusive',
        'OUT_OF_MEMORY',
        `${service} is ${state} on the target: the engine ended it for lack of memory.`,
        where,
      ),
    ]
  }
  const message = `${service} is ${state} at the end of the target, on the baseline it was ${before}`
  if (fault === 'SERVICE_ENDED') {
    const why = `${message}. Nothing tells whether that is right: a one-shot has done its work then, a service is gone. Add "restart:" to a service; of a one-shot, let what needs it wait with "service_completed_successfully".`
    return [finding('inconclusive', fault, why, where)]
  }
  return [finding(fault === 'TIMEOUT' ? 'inconclusive' : 'incompatible', fault, `${message}.`, where)]
}

/** What is wrong with how a container ended, where its service ended otherwise on the baseline. */
export function endFault(container: ContainerState, baseline: readonly ContainerState[]): string | undefined {
  const before = baseline.filter(({ service }) => service === container.service)
  if (!faultOf(container, before)) return undefined
  const [state, was] = [describe([container]), before.length > 0 ? describe(before) : 'not there']
  return state === was ? undefined : `${container.service} is ${state} after the checks, on the baseline it was ${was}`
}

function faultOf(
  container: ContainerState,
  baseline: readonly ContainerState[],
): 'TARGET_CRASHED' | 'SERVICE_ENDED' | 'NOT_READY' | 'TIMEOUT' | undefined {
  switch (container.status) {
    case 'running':
      if (container.health === 'unhealthy') return 'NOT_READY'
      return container.health === 'starting' ? 'TIMEOUT' : undefined
    case 'exited': {
      // A service that only the target has and that ended well is a one-shot of its own.
      const oneShot =
        baseline.length === 0 || baseline.some((before) => before.status === 'exited' && before.exitCode === 0)
      if (container.exitCode !== 0) return 'TARGET_CRASHED'
      // One-shot or service: without a restart policy both look alike, and the baseline may have seen it at work.
      return oneShot ? undefined : container.restart === 'no' ? 'SERVICE_ENDED' : 'TARGET_CRASHED'
    }
    case 'restarting':
    case 'dead':
      return 'TARGET_CRASHED'
    default:
      return 'NOT_READY'
  }
}

function judgeRestarts(facts: Facts, service: string): Finding[] {
  const where = place('target', undefined, service)
  const [before, after] = (['baseline', 'target'] as const).map((phase) =>
    startUp(containersAt(facts, phase, 'ready'), containersAt(facts, phase, 'end'), service),
  ) as [StartUp, StartUp]
  if (after.end - after.ready > before.end - before.ready) {
    const message = `${service} restarted ${times(after.end - after.ready)} after the target was ready, on the baseline ${times(before.end - before.ready)}.`
    const starved = containersAt(facts, 'target', 'end')?.some((one) => one.service === service && one.outOfMemory)
    return [
      starved
        ? finding('inconclusive', 'OUT_OF_MEMORY', message, where)
        : finding('incompatible', 'TARGET_CRASHED', message, where),
    ]
  }
  if (after.ready <= before.ready) return []
  const message = `${service} restarted ${times(after.ready)} before the target was ready, on the baseline ${times(before.ready)}.`
  return [finding('warning', 'RESTARTED', message, where)]
}

interface StartUp {
  readonly ready: number
  readonly end: number
}

type Seen = readonly ContainerState[] | undefined

/** Restarts until ready and until the end. Without a description at ready, every restart counts as one after it. */
function startUp(whenReady: Seen, atEnd: Seen, service: string): StartUp {
  const end = restarts(atEnd, service) ?? 0
  return { ready: Math.min(restarts(whenReady, service) ?? 0, end), end }
}

/** How often a service was restarted once it had been ready. */
export function lateRestarts(whenReady: Seen, atEnd: Seen, service: string): number {
  const { ready, end } = startUp(whenReady, atEnd, service)
  return end - ready
}

export function restarts(containers: readonly ContainerState[] | undefined, service: string): number | undefined {
  const own = containers?.filter((container) => container.service === service) ?? []
  return own.length === 0 ? undefined : own.reduce((sum, container) => sum + container.restarts, 0)
}

/** `running (healthy)`, `exited (1)`; different containers of a service are all told. */
export function describe(containers: readonly ContainerState[]): string {
  const words = containers.map((container) => {
    const detail = container.status === 'exited' ? container.exitCode : container.health
    return detail === undefined ? container.status : `${container.status} (${detail})`
  })
  return [...new Set(words)].join(', ')
}

function starved(container: ContainerState, onBaseline: boolean): Finding {
  const phase = onBaseline ? 'baseline' : 'target'
  const message = `The engine ended a process of ${container.service} on the ${phase} for lack of memory, and the container ran on.`
  return finding('warning', 'OUT_OF_MEMORY', message, place(phase, undefined, container.service))
}

function times(count: number): string {
  return count === 0 ? 'never' : count === 1 ? 'once' : `${count} times`
}
