import { needsSourceRunning, type StrategyStep } from '../strategies/strategy.ts'
import type { WayInput } from './rollback.ts'

/** Place of the step that migrates: the service's one-shot or import, or else the start of its target. */
export function migratingStep({ procedure, target, loads }: WayInput, service: string): number {
  const after = (wanted: (step: StrategyStep) => boolean) =>
    procedure.findIndex((step, index) => index > changeOf(procedure, target.release) && wanted(step))
  const ways = [
    (step: StrategyStep) => step.do === 'command' && step.where === 'once' && step.service === service,
    (step: StrategyStep) => step.do === 'restore' && loads(step.fixture, service),
    (step: StrategyStep) => starts(step, service),
  ]
  return ways.map(after).find((at) => at >= 0) ?? procedure.length - 1
}

/**
 * The procedure from a step on, once more, where nothing runs any more: what it has started of the target so far is started
 * first, and a one-shot starts what it depends on where that ran on from before.
 */
export function resumed({ procedure, target }: WayInput, at: number): StrategyStep[] {
  const change = changeOf(procedure, target.release)
  const [first, ...rest] = procedure.slice(at) as [StrategyStep, ...StrategyStep[]]
  const started = sinceAllStopped(procedure.slice(change + 1, at)).filter((step) =>
    ['start', 'up', 'ready'].includes(step.do),
  )
  const runsOn = first.do === 'command' && first.where === 'once' && oldRunsOn(procedure, at)
  const again: StrategyStep = runsOn ? { ...first, dependencies: true } : first
  // One after the other only what serves can be replaced: after a kill, all that is left of it is a start.
  if (procedure.some((step) => step.do === 'replace')) {
    const start: StrategyStep = { do: 'start', title: `start ${target.version}` }
    return first.do === 'replace' ? [start] : [...started, again, start]
  }
  return [...started, again, ...rest]
}

function changeOf(procedure: readonly StrategyStep[], release: number): number {
  return procedure.findIndex((step) => step.do === 'create' && step.release === release)
}

function starts(step: StrategyStep, service: string): boolean {
  if (step.do === 'up') return step.services.includes(service)
  return step.do === 'start' || (step.do === 'replace' && step.service === service)
}

function stopsAll(step: StrategyStep): boolean {
  return step.do === 'down' || (step.do === 'stop' && step.services === undefined)
}

function sinceAllStopped(steps: readonly StrategyStep[]): readonly StrategyStep[] {
  return steps.slice(steps.findLastIndex(stopsAll) + 1)
}

/** Whether something of the release before still runs when it comes to a step. */
function oldRunsOn(procedure: readonly StrategyStep[], at: number): boolean {
  return needsSourceRunning(procedure) && !procedure.slice(0, at).some(stopsAll)
}
