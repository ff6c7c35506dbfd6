import type { Config } from '../config/index.ts'
import type { Release } from '../releases/release.ts'
import { needsSourceRunning } from '../strategies/strategy.ts'
import { baselineSteps, withCache } from './baseline.ts'
import { captureStages } from './capture.ts'
import { type Climb, climb, hopStages, type Looks } from './climb.ts'
import { coverageOf } from './coverage.ts'
import { finished } from './deadlines.ts'
import { controlProcedure, doubtStages } from './doubts.ts'
import { arrival, checkpoint, count, type Draft, fingerprint, type StageDraft, smoke } from './drafts.ts'
import { freshInstall } from './fresh-install.ts'
import { measure, namedInvariants } from './invariants.ts'
import { allFixtures, checkTitle, fixtureKind, fixtureTitle, isMadeHere, numberedTitles } from './kinds.ts'
import type { Change, Hop, Moment, Plan, Stage } from './plan.ts'
import { requireCacheable } from './require-cacheable.ts'
import { requireServices } from './require-services.ts'
import { kept, taken } from './shared.ts'
import { allowancesOf, dataKind, isGuessed, ofImages, storeName, storesOf } from './stores.ts'
import { backStages, imagesOfWays, neededStates, waysOf } from './ways-back.ts'

/** All that is going to be done, from the configuration and the releases of the path. Pure. */
export function makePlan(
  config: Config,
  releases: readonly Release[],
  extraImages: readonly string[],
  changes: readonly (readonly Change[])[] = [],
): Plan {
  requireServices(config, releases)
  requireCacheable(config)
  const captures = config.capture ? captureStages(config, releases).map((stage) => finished(stage, config)) : undefined
  const hops = releases.slice(1).map((_, index): Hop => {
    const own = changes[index] ?? []
    return { from: index, to: index + 1, ...(own.length > 0 ? { changes: own } : {}) }
  })
  const climbs = hops.map((hop, index) => climb(config, releases, hop, index + 1))
  const stores = storesOf(config).map((store) => dataKind(store).title(store.options as never))
  const counted = (moment: Moment) => count(config, stores, moment)
  // What reading the invariants leaves behind belongs to the baseline, and not to the upgrade.
  const printed = (moment: Moment) =>
    moment === 'baseline'
      ? [...measure(config, moment), ...fingerprint(stores, moment)]
      : [...fingerprint(stores, moment), ...measure(config, moment)]
  const drafts = [
    prepare(config, releases, extraImages),
    ...taken(config),
    baseline(config, releases, printed),
    ...kept(config, releases, 0, climbs[0]),
    ...frozen(config, releases, climbs),
    ...climbs.flatMap((one) => [
      ...beforeLast(config, releases, climbs, one),
      ...hopStages(config, releases, one, { printed, counted }),
      ...kept(config, releases, one.number, climbs[one.number]),
    ]),
  ]
  const last = climbs.at(-1)
  const stages = drafts.map((stage) => finished(stage, config))
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
    stages,
    ways: waysOf(config, hops.length),
    ...(captures ? { capture: captures } : {}),
    back: back.map((stage) => finished(stage, config)),
    doubts:
      last && !config.kept ? secondTries(config, releases, stages, climbs[0] as Climb, last, { printed, counted }) : [],
    fresh: freshInstall(config, releases, last?.procedure ?? []).map((stage) => finished(stage, config)),
    ...(config.kept ? { once: true as const } : {}),
    stores,
    guessed: isGuessed(config) ? stores : [],
    ...(ofImages(config).length > 0 ? { byImage: ofImages(config).map(storeName) } : {}),
    allowances: allowancesOf(config),
    invariants: namedInvariants(config),
    coverage: coverageOf(config, releases),
    checks: numberedTitles(config.smoke.map(checkTitle)).map((id, index) => ({
      id,
      kind: config.smoke[index]?.kind as string,
      title: id,
    })),
    totalMs: config.limits.total,
  }
}

/** The upgrade again, and the same procedure from the source to itself. */
function secondTries(
  config: Config,
  releases: readonly Release[],
  stages: readonly Stage[],
  first: Climb,
  last: Climb,
  { printed }: Looks,
): Stage[] {
  const looks = { printed, counted: () => [] }
  const same = climb(config, releases, { from: 0, to: 0 }, last.number)
  const { input, procedure } = same
  const control = { ...same, procedure: controlProcedure(config.upgrade.strategy, procedure, input, {}) }
  const isUpgrade = ({ phase }: Stage) => phase === 'hop' || phase === 'target'
  return doubtStages({
    config,
    source: (releases[0] as Release).version,
    target: (releases.at(-1) as Release).version,
    upgrade: stages.filter(isUpgrade),
    control: hopStages(config, releases, control, looks, true).map((stage) => finished(stage, config)),
    first: first.procedure,
    finish: (phase, key, steps) => finished({ phase, key, title: '', order: 'in-order', steps }, config).steps,
  })
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
  printed: (moment: Moment) => readonly Draft[],
): StageDraft {
  const { version } = releases[0] as Release
  const restored = baselineSteps(config, config.fixtures, 0, version, arrival(config, 0))
  const steps = [
    ...(config.checkpoint.cache === undefined ? restored : withCache(config, restored, version)),
    ...smoke(config),
    ...printed('baseline'),
  ]
  return { phase: 'baseline', title: `baseline ${version}`, order: 'in-order', steps }
}

/** The checkpoint before the upgrade, where some way back starts from it. */
function frozen(config: Config, releases: readonly Release[], climbs: readonly Climb[]): StageDraft[] {
  const [first] = climbs
  // What fails is tried once more from there.
  if (!first || config.kept) return []
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
