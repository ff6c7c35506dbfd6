import type { Config, Configured } from '../config/index.ts'
import type { Part, State, WayInput } from '../rollbacks/index.ts'
import { fixtureServices } from '../strategies/index.ts'
import type { HopInput, StrategyStep } from '../strategies/strategy.ts'
import { baselineSteps } from './baseline.ts'
import type { Draft, StageDraft } from './drafts.ts'
import { allFixtures, firstFixtures, rollbackKind } from './kinds.ts'
import type { Moment, Release, Way } from './plan.ts'

/** What the planner knows that the ways back are made of. */
export interface WaysInput {
  readonly config: Config
  readonly releases: readonly Release[]
  readonly hop: HopInput
  readonly procedure: readonly StrategyStep[]
  readonly arrival: (release: number) => Draft[]
  readonly smoke: () => Draft[]
  readonly count: (moment: Moment) => Draft[]
}

/** The checkpoints that some way back forks. */
export function neededStates(config: Config): ReadonlySet<State> {
  return new Set(config.rollback.flatMap((way) => rollbackKind(way).needs))
}

export function waysOf(config: Config, hops: number): Way[] {
  return config.rollback.flatMap((way) => {
    const { ways, needs } = rollbackKind(way)
    // What the hops before the last one left was not counted.
    const later = hops > 1 && needs.includes('before')
    return ways(way.options).map((one): Way => {
      return { ...one, ...(later && one.finds === 'rows' ? { finds: 'stores' } : {}), kind: way.kind }
    })
  })
}

/** Images that only a way back needs. */
export function imagesOfWays(config: Config): string[] {
  return config.rollback.flatMap((way) => rollbackKind(way).images?.(way.options) ?? [])
}

/** All stages of the ways back, in the order of the configuration, each from a fork of a state. */
export function backStages(input: WaysInput): StageDraft[] {
  const { config } = input
  const first = firstFixtures(config)
  const parts = config.rollback
    .flatMap((way, index) => rollbackKind(way).parts(wayInput(input, first[index] as number), way.options))
    .map((part) => (input.hop.from === 0 ? fromBaseline(part) : part))
  if (parts.length === 0) return []
  const keep: StageDraft[] = neededStates(config).has('upgraded') ? [upgradedState(config)] : []
  return [...keep, ...parts.map(stageOf)]
}

/** What the upgrade left is frozen, whether it went well or not. */
function upgradedState(config: Config): StageDraft {
  const graceMs = config.upgrade.grace
  return {
    phase: 'rollback',
    title: 'keep the upgraded state',
    order: 'in-order',
    key: 'upgraded',
    after: 'target',
    steps: [
      { do: 'stop', graceMs, title: 'stop all services cleanly' },
      { do: 'checkpoint', name: 'upgraded', title: 'freeze what the upgrade left' },
    ],
  }
}

function stageOf({ key, after, way, title, steps, failing, repeats }: Part): StageDraft {
  return {
    phase: 'rollback',
    title,
    order: 'in-order',
    key,
    after,
    ...(way === undefined ? {} : { way }),
    ...(failing ? { failing } : {}),
    ...(repeats ? { repeats } : {}),
    steps,
  }
}

/** On a path of one hop, the state before that hop is the baseline. */
function fromBaseline(part: Part): Part {
  if (part.after !== 'before') return part
  const steps = part.steps.map((step) => {
    return step.do === 'fork' && step.name === 'before' ? { ...step, name: 'baseline' } : step
  })
  return { ...part, after: 'baseline', steps }
}

function wayInput({ config, releases, hop, procedure, arrival, smoke, count }: WaysInput, first: number): WayInput {
  const place = (release: number) => ({ release, version: (releases[release] as Release).version })
  const source = place(0)
  return {
    source,
    target: place(hop.to),
    before: place(hop.from),
    hop,
    procedure,
    arrival,
    smoke: smoke(),
    count,
    filled: (fixtures, at) => baselineSteps(config, fixtures as readonly Configured[], at, source.version, arrival(0)),
    loads: (index, service) => fixtureServices(allFixtures(config)[index] as Configured).includes(service),
    graceMs: config.upgrade.grace,
    firstFixture: first,
  }
}
