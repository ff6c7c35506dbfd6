import type { z } from 'zod'
import { object } from '../fields/index.ts'
import { switchTo } from './command.ts'
import { namedByList, stepList, written } from './step-kinds.ts'
import { defineStrategy, type StrategyStep } from './strategy.ts'

const schema = object({ steps: stepList.min(1, 'name at least one step') })
type Options = z.output<typeof schema>

/** The procedure as the system's own guide spells it out. */
export const steps = defineStrategy<Options>({
  name: 'steps',
  summary:
    'The procedure spelled out, in any order. What comes before `pull` acts on the source, what comes after it on the target.',
  example: `strategy: steps
steps:
  - exec: { service: db, run: "pg_dump -U app app > /tmp/app.sql", within: 5m }
  - down: true
  - pull: true
  - run: { service: server, run: [app, upgrade], forbid: cancelled, dependencies: true }
  - up: all`,
  schema,
  named: ({ steps }) => namedByList('steps', steps),
  steps(hop, { steps }) {
    const all = written(steps, hop)
    return [...withSwitch(all, () => switchTo(hop)), ...(startsAll(all) ? [] : [start(hop.version)])]
  },
})

/** The pin changes where the user says so, else before the first thing that needs the target. */
function withSwitch(all: readonly StrategyStep[], switchStep: () => StrategyStep): StrategyStep[] {
  if (all.some((step) => step.do === 'create')) return [...all]
  const first = all.findIndex((step) => step.do === 'start' || step.do === 'up' || isOneShot(step))
  const at = first < 0 ? all.length : first
  return [...all.slice(0, at), switchStep(), ...all.slice(at)]
}

function isOneShot(step: StrategyStep): boolean {
  return step.do === 'command' && step.where === 'once'
}

/** Whatever the steps have left as it was is the target's in the end. */
function startsAll(all: readonly StrategyStep[]): boolean {
  const switched = all.findLastIndex((step) => step.do === 'create')
  const started = all.findLastIndex((step) => step.do === 'start')
  return started > switched && !leavesStopped(all.slice(started + 1))
}

/** Whether something that these steps stop is not started again by them. */
function leavesStopped(all: readonly StrategyStep[]): boolean {
  const stopped = new Set<string>()
  for (const step of all) {
    if (step.do === 'down' || (step.do === 'stop' && !step.services)) return true
    if (step.do === 'stop') for (const service of step.services ?? []) stopped.add(service)
    if (step.do === 'up') for (const service of step.services) stopped.delete(service)
  }
  return stopped.size > 0
}

function start(version: string): StrategyStep {
  return { do: 'start', title: `start ${version}` }
}
