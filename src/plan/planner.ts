import type { Config, Configured } from '../config/index.ts'
import type { Release } from '../releases/release.ts'
import type { HopInput, StrategyStep } from '../strategies/strategy.ts'
import { needsSourceRunning } from '../strategies/strategy.ts'
import { baselineSteps, withCache } from './baseline.ts'
import { finished } from './deadlines.ts'
import { arrival, checkpoint, count, type Draft, type StageDraft, smoke } from './drafts.ts'
import {
  allFixtures,
  betweenChecks,
  checkTitle,
  dataKind,
  fixtureKind,
  fixtureTitle,
  isMadeHere,
  storesOf,
  strategyOf,
} from './kinds.ts'
import type { Change, Hop, Moment, Plan } from './plan.ts'
import { requireCacheable } from './require-cacheable.ts'
import { requireServices } from './require-services.ts'
import { backStages, imagesOfWays, neededStates, waysOf } from './ways-back.ts'

/** One hop with the steps that its strategy makes of it. */
interface Climb {
  readonly hop: Hop
  readonly number: number
  readonly input: HopInput
  readonly procedure: readonly StrategyStep[]
}

/** All that is going to be done, from the configuration and the releases of the path. Pure. */
export function makePlan(
  config: Config,
  releases: readonly Release[],
  extraImages: readonly string[],
  changes: readonly (readonly Change[])[] = [],
): Plan {
  requireServices(config, releases)
  requireCacheable(config)
  const hops = releases.slice(1).map((_, index): Hop => {
    const own = changes[index] ?? []
    return { from: index, to: index + 1, ...(own.length > 0 ? { changes: own } : {}) }
  })
  const climbs = hops.map((hop, index) => climb(config, releases, hop, index + 1))
  const stores = storesOf(config).map((store) => dataKind(store).title(store.options as never))
  const counted = (moment: Moment) => count(config, stores, moment)
  const stages = [
    prepare(config, releases, extraImages),
    baseline(config, releases, counted),
    ...frozen(config, releases, climbs),
    ...climbs.flatMap((one) => [
      ...beforeLast(config, releases, climbs, one),
      ...hopStages(config, releases, one, counted),
    ]),
  ]
  const last = climbs.at(-1)
  const back = last
    ? backStages({
        config,
        releases,
        hop: last.input,
        procedure: last.procedure,
        arrival: (release) => arrival(config, release),
        smoke: () => smoke(config),
        count: counted,
      })
    : []
  return {
    name: config.name ?? 'rehearsal',
    strategy: config.upgrade.strategy,
    releases,
    hops,
    stages: stages.map((stage) => finished(stage, config)),
    ways: waysOf(config, hops.length),
    back: back.map((stage) => finished(stage, config)),
    stores,
    checks: testIds(config).map((id, index) => ({ id, kind: config.smoke[index]?.kind as string, title: id })),
    totalMs: config.limits.total,
  }
}

function prepare(config: Config, releases: readonly Release[], extraImages: readonly string[]): StageDraft {
  const references = releases.flatMap((release) => release.images.map((image) => image.reference))
  const images = [...new Set([...references, ...imagesOfWays(config), ...extraImages])]
  const verified = allFixtures(config).flatMap((fixture, index): Draft[] =>
    fixtureKind(fixture).verify && !isMadeHere(fixture)
      ? [{ do: 'verify-fixture', fixture: index, title: `read fixture ${fixtureTitle(fixture)}` }]
      : [],
  )
  const steps: Draft[] = [
    { do: 'pull', images, title: `pull ${images.length} images` },
    {
      do: 'open-stack',
      title: config.network === 'sealed' ? 'make volumes and sealed networks' : 'make volumes and networks',
    },
    ...verified,
  ]
  return { phase: 'prepare', title: 'prepare', order: 'together', steps }
}

function baseline(
  config: Config,
  releases: readonly Release[],
  counted: (moment: Moment) => readonly Draft[],
): StageDraft {
  const { version } = releases[0] as Release
  const restored = baselineSteps(config, config.fixtures, 0, version, arrival(config, 0))
  const steps = [
    ...(config.checkpoint.cache === undefined ? restored : withCache(config, restored, version)),
    ...smoke(config),
    ...counted('baseline'),
  ]
  return { phase: 'baseline', title: `baseline ${version}`, order: 'in-order', steps }
}

/** The checkpoint before the upgrade, where some way back starts from it. */
function frozen(config: Config, releases: readonly Release[], climbs: readonly Climb[]): StageDraft[] {
  const needed = neededStates(config)
  const [first] = climbs
  if (!first || !(needed.has('baseline') || (climbs.length === 1 && needed.has('before')))) return []
  return [frozenAt(config, releases, 'baseline', first)]
}

/** On a path of several hops, what is broken or interrupted is the last one. */
function beforeLast(config: Config, releases: readonly Release[], climbs: readonly Climb[], next: Climb): StageDraft[] {
  if (climbs.length === 1 || next !== climbs.at(-1) || !neededStates(config).has('before')) return []
  return [frozenAt(config, releases, 'before', next)]
}

function frozenAt(config: Config, releases: readonly Release[], key: string, next: Climb): StageDraft {
  const { from } = next.hop
  const { version } = releases[from] as Release
  const again = needsSourceRunning(next.procedure) ? { release: from, version } : undefined
  return {
    phase: 'checkpoint',
    title: `checkpoint of ${version}`,
    order: 'in-order',
    key,
    steps: checkpoint(config, key, again),
  }
}

function climb(config: Config, releases: readonly Release[], hop: Hop, number: number): Climb {
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

function hopStages(
  config: Config,
  releases: readonly Release[],
  { hop, number, procedure }: Climb,
  counted: (moment: Moment) => readonly Draft[],
): StageDraft[] {
  const [from, to] = [releases[hop.from] as Release, releases[hop.to] as Release]
  const isLast = hop.to === releases.length - 1
  const steps: Draft[] = [...procedure, ...arrival(config, hop.to)]
  const title = `hop ${number}: ${from.version} → ${to.version}, by ${config.upgrade.strategy}`
  const way: StageDraft = { phase: isLast ? 'target' : 'hop', hop: number, title, order: 'in-order', steps }
  if (!isLast) return [way]
  const asked = [...counted('upgraded'), ...smoke(config), ...counted('written')]
  return [way, { phase: 'target', hop: number, title: `target ${to.version}`, order: 'in-order', steps: asked }]
}

/** What is asked on the way is named by the check itself. */
function titled(config: Config, step: StrategyStep): StrategyStep {
  if (step.do !== 'check' || step.set !== 'between') return step
  return { ...step, title: `${checkTitle(betweenChecks(config)[step.check] as Configured)}, ${step.title}` }
}

/** Ids of the smoke suite: titles, with a number where a title repeats. */
function testIds(config: Config): string[] {
  const seen = new Map<string, number>()
  return config.smoke.map(checkTitle).map((title) => {
    const count = (seen.get(title) ?? 0) + 1
    seen.set(title, count)
    return count === 1 ? title : `${title} (${count})`
  })
}
