import type { Config, Configured } from '../config/index.ts'
import type { Release } from '../releases/release.ts'
import type { HopInput, StrategyStep } from '../strategies/strategy.ts'
import { arrival, type Draft, type StageDraft, smoke, watched } from './drafts.ts'
import { betweenChecks, checkTitle, strategyOf } from './kinds.ts'
import type { Hop, Moment } from './plan.ts'
import { secondStart } from './second-start.ts'

/** One hop with the steps that its strategy makes of it. */
export interface Climb {
  readonly hop: Hop
  readonly number: number
  readonly input: HopInput
  readonly procedure: readonly StrategyStep[]
}

/** How stores are looked into: by everything that they hold, or by the number of rows. */
export interface Looks {
  readonly printed: (moment: Moment) => readonly Draft[]
  readonly counted: (moment: Moment) => readonly Draft[]
}

export function climb(config: Config, releases: readonly Release[], hop: Hop, number: number): Climb {
  const [from, to] = [releases[hop.from] as Release, releases[hop.to] as Release]
  const { strategy, options } = strategyOf(config)
  const input: HopInput = {
    ...hop,
    version: to.version,
    graceMs: config.upgrade.grace,
    replicas: (service) => from.images.find((image) => image.service === service)?.replicas ?? 1,
    smoke: config.smoke.length,
    firstFixture: config.fixtures.length,
  }
  return { hop, number, input, procedure: strategy.steps(input, options).map((step) => titled(config, step)) }
}

export function hopStages(
  config: Config,
  releases: readonly Release[],
  { hop, number, procedure }: Climb,
  { printed, counted }: Looks,
  isLast = hop.to === releases.length - 1,
): StageDraft[] {
  const [from, to] = [releases[hop.from] as Release, releases[hop.to] as Release]
  const steps: Draft[] = [...procedure, ...arrival(config, hop.to)]
  const title = `hop ${number}: ${from.version} → ${to.version}, by ${config.upgrade.strategy}`
  const way: StageDraft = { phase: isLast ? 'target' : 'hop', hop: number, title, order: 'in-order', steps }
  if (!isLast) return [way]
  const second = secondStart(config, to.version, number, printed)
  // What a second start is compared with has been counted as well.
  const left = second.length > 0 ? printed('written') : counted('written')
  const asked = [...printed('upgraded'), ...smoke(config), ...watched(config), ...left]
  const target: StageDraft = {
    phase: 'target',
    hop: number,
    title: `target ${to.version}`,
    order: 'in-order',
    steps: asked,
  }
  return [way, target, ...second]
}

/** What is asked on the way is named by the check itself. */
function titled(config: Config, step: StrategyStep): StrategyStep {
  if (step.do !== 'check' || step.set !== 'between') return step
  return { ...step, title: `${checkTitle(betweenChecks(config)[step.check] as Configured)}, ${step.title}` }
}
