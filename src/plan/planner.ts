import type { Config, Configured } from '../config/index.ts'
import type { Release } from '../releases/release.ts'
import { baselineSteps } from './baseline.ts'
import { allFixtures, betweenChecks, checkTitle, fixtureKind, fixtureTitle, strategyOf } from './kinds.ts'
import type { Action, Change, Hop, Plan, Stage, Step } from './plan.ts'
import { requireServices } from './require-services.ts'

/** A step before it has its id and its deadline. */
export type Draft = Action & { readonly title: string; readonly withinMs?: number }

/** All that is going to be done, from the configuration and the releases of the path. Pure. */
export function makePlan(
  config: Config,
  releases: readonly Release[],
  extraImages: readonly string[],
  changes: readonly (readonly Change[])[] = [],
): Plan {
  requireServices(config, releases)
  const hops = releases.slice(1).map((_, index): Hop => {
    const own = changes[index] ?? []
    return { from: index, to: index + 1, ...(own.length > 0 ? { changes: own } : {}) }
  })
  const stages = [
    prepare(config, releases, extraImages),
    baseline(config, releases),
    ...hops.flatMap((hop, index) => hopStages(config, releases, hop, index + 1)),
  ]
  return {
    name: config.name ?? 'rehearsal',
    strategy: config.upgrade.strategy,
    releases,
    hops,
    stages: stages.map((stage) => ({
      ...stage,
      steps: stage.steps.map((step, index) => finish(step, stage, index, config)),
    })),
    checks: testIds(config).map((id, index) => ({ id, kind: config.smoke[index]?.kind as string, title: id })),
    totalMs: config.limits.total,
  }
}

type StageDraft = Omit<Stage, 'steps'> & { readonly steps: readonly Draft[] }

function prepare(config: Config, releases: readonly Release[], extraImages: readonly string[]): StageDraft {
  const references = releases.flatMap((release) => release.images.map((image) => image.reference))
  const images = [...new Set([...references, ...extraImages])]
  const verified = allFixtures(config).flatMap((fixture, index): Draft[] =>
    fixtureKind(fixture).verify && fixtureKind(fixture).file?.(fixture.options as never) !== '{export}'
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

function baseline(config: Config, releases: readonly Release[]): StageDraft {
  const version = (releases[0] as Release).version
  const steps = [...baselineSteps(config, version, arrival(config, 0)), ...smoke(config)]
  return { phase: 'baseline', title: `baseline ${version}`, order: 'in-order', steps }
}

function hopStages(config: Config, releases: readonly Release[], hop: Hop, number: number): StageDraft[] {
  const [from, to] = [releases[hop.from] as Release, releases[hop.to] as Release]
  const { strategy, options } = strategyOf(config)
  const isLast = hop.to === releases.length - 1
  const upgrade = strategy.steps(
    {
      ...hop,
      version: to.version,
      graceMs: config.upgrade.grace,
      replicas: (service) => from.images.find((image) => image.service === service)?.replicas ?? 1,
      smoke: config.smoke.length,
      firstFixture: config.fixtures.length,
    },
    options,
  )
  const steps: Draft[] = [...upgrade.map((step) => titled(config, step)), ...arrival(config, hop.to)]
  const title = `hop ${number}: ${from.version} → ${to.version}, by ${strategy.name}`
  const climb: StageDraft = { phase: isLast ? 'target' : 'hop', hop: number, title, order: 'in-order', steps }
  if (!isLast) return [climb]
  return [
    climb,
    { phase: 'target', hop: number, title: `target ${to.version}`, order: 'in-order', steps: smoke(config) },
  ]
}

/** What is asked on the way is named by the check itself. */
function titled(config: Config, step: Draft): Draft {
  if (step.do !== 'check' || step.set !== 'between') return step
  return { ...step, title: `${checkTitle(betweenChecks(config)[step.check] as Configured)}, ${step.title}` }
}

function arrival(config: Config, release: number): Draft[] {
  return [
    { do: 'ready', title: ['all services ready', ...config.ready.checks.map(checkTitle)].join('; ') },
    { do: 'prove', release, title: 'the running images are the release' },
  ]
}

function smoke(config: Config): Draft[] {
  const signIn: Draft[] = config['sign-in'] ? [{ do: 'sign-in', title: 'sign in' }] : []
  const made = config.smoke.map(
    (check, index): Draft => ({ do: 'check', check: index, set: 'smoke', title: checkTitle(check) }),
  )
  return [...signIn, ...made]
}

function finish(step: Draft, stage: StageDraft, index: number, config: Config): Step {
  const place = stage.hop === undefined ? stage.phase : stage.title.startsWith('hop') ? `hop${stage.hop}` : stage.phase
  const { limits, ready, upgrade } = config
  const within: Readonly<Record<Action['do'], number>> = {
    pull: limits.pull,
    'verify-fixture': limits.restore,
    'open-stack': limits.pull + ready.within,
    create: ready.within,
    restore: limits.restore,
    start: ready.within,
    up: ready.within + 2 * upgrade.grace,
    ready: ready.within,
    prove: limits.check,
    'sign-in': limits.check,
    check: limits.check,
    stop: 3 * upgrade.grace + 30_000,
    down: 3 * upgrade.grace + 30_000,
    command: limits.step,
    export: limits.step,
    empty: limits.restore,
    move: limits.restore,
    replace: ready.within + upgrade.grace,
  }
  return { ...step, id: `${place}.${index + 1}.${step.do}`, withinMs: step.withinMs ?? within[step.do] }
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
