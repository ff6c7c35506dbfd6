import type { Config } from '../config/index.ts'
import { restart } from '../strategies/restart.ts'
import type { StrategyStep } from '../strategies/strategy.ts'
import { needsSourceRunning } from '../strategies/strategy.ts'
import { arrival, type Draft } from './drafts.ts'
import type { Phase, Side, Stage, Step } from './plan.ts'
import { dataKind, storesOf } from './stores.ts'

/** What the planner knows that a second try is made of. */
export interface DoubtsInput {
  readonly config: Config
  readonly source: string
  readonly target: string
  /** Everything after the checkpoint: hops, target, in order; finished. */
  readonly upgrade: readonly Stage[]
  /** The same with the source in the place of the target; finished. */
  readonly control: readonly Stage[]
  readonly first: readonly StrategyStep[]
  readonly finish: (phase: Phase, key: string, steps: readonly Draft[]) => readonly Step[]
}

/**
 * What is done a second time, from forks of the baseline's checkpoint, where something is left to explain: the upgrade once
 * more, so that a failure is no accident; and the same procedure without an upgrade, so that it is the upgrade's fault.
 */
export function doubtStages(input: DoubtsInput): Stage[] {
  const { source, target } = input
  return [
    ...look(input, 'target'),
    ...again(
      input,
      'confirm',
      [
        `only after a failure or where data is other than before: ${source} → ${target} once more, from a fresh fork`,
        `only after that: a second start of ${target}`,
      ],
      input.upgrade,
      'failed',
    ),
    ...look(input, 'confirm'),
    ...again(
      input,
      'control',
      [
        `only where something is to be explained: the same procedure, ${source} → ${source}`,
        `only after that: a second start of ${source}`,
      ],
      input.control.map(withoutRequired),
      'doubtful',
    ),
    ...look(input, 'control'),
  ]
}

/** Where nothing is upgraded, a migration has nothing to do, and can't print what shows that it did it. */
function withoutRequired(stage: Stage): Stage {
  const steps = stage.steps.map((step): Step => {
    if (step.do !== 'command') return step
    const { require: _, ...rest } = step
    return rest
  })
  return { ...stage, steps }
}

function again(
  { config, source, first: procedure, finish }: DoubtsInput,
  phase: 'confirm' | 'control',
  [title, twice]: readonly [string, string],
  stages: readonly Stage[],
  only: 'failed' | 'doubtful',
): Stage[] {
  const begin: Draft[] = [
    { do: 'fork', name: 'baseline', title: 'fork the checkpoint of the baseline' },
    { do: 'create', release: 0, title: `create ${source}` },
    ...(needsSourceRunning(procedure)
      ? [{ do: 'start', title: `start ${source}` } as const, ...arrival(config, 0)]
      : []),
  ]
  const stepsOf = (own: readonly Stage[]) =>
    own.flatMap((stage) => stage.steps.map((step) => ({ ...step, id: `${phase}.${step.id}` })))
  const [second, first] = [stages.filter((one) => one.secondStart), stages.filter((one) => !one.secondStart)]
  const order = 'in-order'
  return [
    { phase, key: phase, title, order, only, steps: [...finish(phase, `${phase}.fork`, begin), ...stepsOf(first)] },
    ...second.map((one): Stage => {
      return { phase, key: `${phase}.${one.key}`, title: twice, order, only, secondStart: true, steps: stepsOf([one]) }
    }),
  ]
}

/** Rows of large tables that differ on a side are compared with those of the baseline, one by one. */
function look({ config, source, finish }: DoubtsInput, side: Side): Stage[] {
  const stores = storesOf(config)
  if (stores.length === 0) return []
  const asked = stores.filter((store) => dataKind(store).needsServices !== false)
  const services = [...new Set(asked.flatMap((store) => dataKind(store).services(store.options as never)))]
  const steps: Draft[] = [
    { do: 'fork', name: 'baseline', title: 'fork the checkpoint of the baseline' },
    { do: 'create', release: 0, title: `create ${source}` },
    ...(services.length > 0 ? [{ do: 'up', services, title: `start only ${services.join(', ')}` } as const] : []),
    { do: 'look', side, title: 'compare the rows that differ, one by one' },
  ]
  const what = { target: 'the upgrade', confirm: 'the second upgrade', control: 'the control' }[side]
  const title = `only where large tables differ after ${what}: their rows on the baseline`
  return [{ phase: 'look', key: side, title, order: 'in-order', only: side, steps: finish('look', side, steps) }]
}

/** One container at a time has no sense where both are of one release: there everything is started anew. */
export function controlProcedure(
  strategy: string,
  own: readonly StrategyStep[],
  ...hop: Parameters<typeof restart.steps>
) {
  return strategy === 'rolling' ? restart.steps(...hop) : own
}
