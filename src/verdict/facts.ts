import type { Phase, Plan, Second, Stage, Step } from '../plan/plan.ts'
import type { ContainerState, Entry } from '../run/journal.ts'

export type Of<Type extends Entry['type']> = Extract<Entry, { type: Type }>

/** A step and where in the story it stands. `upgraded`: the first container of a later release was started, or is by it. */
export interface Place {
  readonly step: Step
  readonly stage: Stage
  readonly upgraded: boolean
}

/** The journal, sorted by what the rules ask for. */
export interface Facts {
  readonly plan: Plan
  readonly places: ReadonlyMap<string, Place>
  /** Entries that count: what came after a cancellation tells of the cancellation, not of the release. */
  readonly seen: readonly Entry[]
  /** The same of the ways back. */
  readonly back: readonly Entry[]
  /** The same of what was done a second time. */
  readonly second: Readonly<Record<Second, readonly Entry[]>>
  /** The same of what was written from the target. */
  readonly capture: readonly Entry[]
  /** The same of the fresh install. */
  readonly fresh: readonly Entry[]
  /** All of these, in their order. */
  readonly all: readonly Entry[]
  readonly cancelled: Of<'cancelled'> | undefined
  readonly finished: ReadonlyMap<string, Of<'step-finished'>>
  /** The last observation of each step that is a check. */
  readonly checks: ReadonlyMap<string, Of<'check'>>
}

export function readFacts(plan: Plan, entries: readonly Entry[]): Facts {
  const end = entries.findIndex((entry) => entry.type === 'cancelled')
  const counted = end < 0 ? entries : entries.slice(0, end)
  const { seen, back, fresh, capture, ...second } = partsOf(plan, counted)
  const cancelled = end < 0 ? undefined : (entries[end] as Of<'cancelled'>)
  const finished = new Map(of(seen, 'step-finished').map((entry) => [entry.step, entry]))
  const checks = new Map(of(seen, 'check').map((entry) => [entry.step, entry]))
  return { plan, places: locate(plan), seen, back, capture, fresh, second, all: counted, cancelled, finished, checks }
}

/** What happened belongs to what was begun last. */
function partsOf(
  plan: Plan,
  entries: readonly Entry[],
): Record<'seen' | 'back' | 'capture' | 'fresh' | Second, Entry[]> {
  const places = new Map([
    ...plan.back.flatMap(({ steps }) => steps.map(({ id }) => [id, 'back'] as const)),
    ...(plan.capture ?? []).flatMap(({ steps }) => steps.map(({ id }) => [id, 'capture'] as const)),
    ...plan.fresh.flatMap(({ steps }) => steps.map(({ id }) => [id, 'fresh'] as const)),
    ...plan.doubts.flatMap(({ phase, steps }) => steps.map(({ id }) => [id, phase as Second] as const)),
  ])
  const parts: Record<'seen' | 'back' | 'capture' | 'fresh' | Second, Entry[]> = {
    seen: [],
    back: [],
    capture: [],
    fresh: [],
    confirm: [],
    control: [],
    look: [],
  }
  let now: keyof typeof parts = 'seen'
  for (const entry of entries) {
    if (entry.type === 'step-started') now = places.get(entry.step) ?? 'seen'
    // What can't be kept, or is gone, is so for the whole rehearsal.
    const own = now === 'capture' && (entry.type === 'problem' || entry.type === 'evidence') ? 'seen' : now
    parts[own].push(entry)
  }
  return parts
}

export function of<Type extends Entry['type']>(entries: readonly Entry[], type: Type): Of<Type>[] {
  return entries.filter((entry) => entry.type === type) as Of<Type>[]
}

function locate(plan: Plan): Map<string, Place> {
  const places = new Map<string, Place>()
  let created = false
  let upgraded = false
  for (const stage of plan.stages) {
    const inHop = stage.phase === 'hop' || stage.phase === 'target'
    for (const step of stage.steps) {
      if (inHop && step.do === 'create') created = true
      if (created && startsContainers(step)) upgraded = true
      places.set(step.id, { step, stage, upgraded })
    }
  }
  return places
}

/** The first of these after the change of the pin starts the target's first container. */
function startsContainers(step: Step): boolean {
  if (step.do === 'command') return step.where === 'once'
  return ['start', 'up', 'replace', 'restore'].includes(step.do)
}

/** True for a check that asserts something: of the smoke suite, or one that is made on the way. */
export function isAssertion(facts: Facts, check: Of<'check'>): boolean {
  const step = facts.places.get(check.step)?.step
  return isSmoke(facts, check) || (step?.do === 'check' && step.set === 'between')
}

/** True for a check of the smoke suite; the checks of `ready` are how readiness is asked for, no assertion. */
export function isSmoke(facts: Facts, check: Of<'check'>): boolean {
  const step = facts.places.get(check.step)?.step
  return step?.do === 'check' ? step.set === 'smoke' : facts.plan.checks.some((one) => one.id === check.check)
}

export function smokeChecks(facts: Facts, phase: Phase): Of<'check'>[] {
  return [...facts.checks.values()].filter((check) => check.phase === phase && isSmoke(facts, check))
}

/** The stage in which the target is started once more. */
export const secondStart = 'second-start'

/** Whether the plan has the target started once more. */
export function startsTwice({ plan }: Facts): boolean {
  return plan.stages.some((stage) => stage.secondStart)
}

/** The containers at a moment; the last description wins. Those of a second start are asked for by its name. */
export function containersAt(
  facts: Facts,
  phase: Phase,
  moment?: Of<'containers'>['moment'],
  stage?: typeof secondStart,
): readonly ContainerState[] | undefined {
  const fits = (entry: Of<'containers'>) =>
    entry.phase === phase && entry.stage === stage && (moment === undefined || entry.moment === moment)
  return of(facts.seen, 'containers').findLast(fits)?.containers
}

export function byService(containers: readonly ContainerState[]): Map<string, ContainerState[]> {
  return Map.groupBy(containers, (container) => container.service)
}

export function nameOf(facts: Facts, check: Of<'check'>): string {
  const known = facts.plan.checks.find((one) => one.id === check.check)
  return known?.title ?? facts.places.get(check.step)?.step.title ?? check.check
}
