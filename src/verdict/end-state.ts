import type { ContainerState } from '../run/journal.ts'
import { byService, containersAt, type Facts, secondStart } from './facts.ts'
import { type Finding, finding, place, type Severity } from './finding.ts'

/** One of the two times that the target was started. */
interface Life {
  readonly stage: typeof secondStart | undefined
  /** Its place in a sentence. */
  readonly name: 'the target' | 'the second start of the target'
  /** Id of the step that shows it, where that tells it from the first one. */
  readonly step: string | undefined
}

/** Judges how the target's containers ended, after its second start too, against how the baseline's did. */
export function judgeEndState(facts: Facts): Finding[] {
  const again = facts.plan.stages.find((stage) => stage.secondStart)?.steps.find((step) => step.do === 'ready')
  const lives: readonly Life[] = [
    { stage: undefined, name: 'the target', step: undefined },
    { stage: secondStart, name: 'the second start of the target', step: again?.id },
  ]
  return lives.flatMap((life) => judgeLife(facts, life))
}

function judgeLife(facts: Facts, life: Life): Finding[] {
  const target = containersAt(facts, 'target', 'end', life.stage)
  if (!target) return []
  const baseline = containersAt(facts, 'baseline', 'end') ?? []
  const before = byService(baseline)
  const states = [...byService(target)].flatMap(([service, containers]) => [
    ...containers.flatMap((container) => judgeState(container, before.get(service) ?? [], life)),
    ...judgeRestarts(facts, service, life),
  ])
  const told = life.stage === undefined ? [...baseline, ...target] : target
  const silent = told.filter((container) => container.outOfMemory && container.status === 'running')
  return [...states, ...silent.map((container) => starved(container, baseline.includes(container)))]
}

function placeIn({ stage }: Life, service: string): string {
  return place('target', undefined, stage && 'second start', service)
}

function judgeState(container: ContainerState, baseline: readonly ContainerState[], life: Life): Finding[] {
  const { service } = container
  const fault = faultOf(container, baseline)
  if (!fault) return []
  const where = placeIn(life, service)
  const state = describe([container])
  const before = baseline.length > 0 ? describe(baseline) : 'not there'
  const found = (severity: Severity, code: string, message: string) => [
    finding(severity, code, message, where, life.step),
  ]
  if (baseline.length > 0 && before === state) {
    return found('inconclusive', 'BASELINE_RED', `${service} is ${state} on the baseline as on the target.`)
  }
  if (container.outOfMemory) {
    const message = `${service} is ${state} on the target: the engine ended it for lack of memory.`
    return found('inconclusive', 'OUT_OF_MEMORY', message)
  }
  const message = `${service} is ${state} at the end of ${life.name}, on the baseline it was ${before}`
  if (fault === 'SERVICE_ENDED') {
    const why = `${message}. Nothing tells whether that is right: a one-shot has done its work then, a service is gone. Add "restart:" to a service; of a one-shot, let what needs it wait with "service_completed_successfully".`
    return found('inconclusive', fault, why)
  }
  return found(fault === 'TIMEOUT' ? 'inconclusive' : 'incompatible', fault, `${message}.`)
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

function judgeRestarts(facts: Facts, service: string, life: Life): Finding[] {
  const [before, after] = [
    startUp(containersAt(facts, 'baseline', 'ready'), containersAt(facts, 'baseline', 'end'), service),
    startUp(
      containersAt(facts, 'target', 'ready', life.stage),
      containersAt(facts, 'target', 'end', life.stage),
      service,
    ),
  ]
  const found = (severity: Severity, code: string, message: string) => [
    finding(severity, code, message, placeIn(life, service), life.step),
  ]
  const [late, usual] = [after.end - after.ready, before.end - before.ready]
  if (late > 0) {
    const message = `${service} restarted ${times(late)} after ${life.name} was ready, on the baseline ${times(usual)}.`
    // What crashes without the upgrade as often is not its fault, and no way to run.
    if (late <= usual) return found('warning', 'RESTARTED', message)
    const ends = containersAt(facts, 'target', 'end', life.stage)
    const isStarved = ends?.some((one) => one.service === service && one.outOfMemory)
    return isStarved
      ? found('inconclusive', 'OUT_OF_MEMORY', message)
      : found('incompatible', 'TARGET_CRASHED', message)
  }
  if (after.ready <= before.ready) return []
  const message = `${service} restarted ${times(after.ready)} before ${life.name} was ready, on the baseline ${times(before.ready)}.`
  return found('warning', 'RESTARTED', message)
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
