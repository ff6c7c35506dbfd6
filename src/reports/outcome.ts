import type { Plan, Stage, Step } from '../plan/plan.ts'
import type { Entry } from '../run/journal.ts'
import type { Verdict } from '../verdict/verdict.ts'

type Of<Type extends Entry['type']> = Extract<Entry, { type: Type }>

/** A step as people meet it: its number in the printed plan, and what became of it. */
export interface StepOutcome {
  readonly number: string
  readonly step: Step
  readonly stage: Stage
  readonly startedAt?: string
  readonly finished?: Of<'step-finished'>
  /** The last observation, where the step makes a check. */
  readonly check?: Of<'check'>
}

/** Every step of the plan in its order. */
export function stepOutcomes(plan: Plan, entries: readonly Entry[]): StepOutcome[] {
  const started = new Map(of(entries, 'step-started').map((entry) => [entry.step, entry.at]))
  const finished = new Map(of(entries, 'step-finished').map((entry) => [entry.step, entry]))
  const checks = new Map(of(entries, 'check').map((entry) => [entry.step, entry]))
  return numbered(plan).map(({ number, step, stage }) => {
    const [startedAt, end, check] = [started.get(step.id), finished.get(step.id), checks.get(step.id)]
    return {
      number,
      step,
      stage,
      ...(startedAt ? { startedAt } : {}),
      ...(end ? { finished: end } : {}),
      ...(check ? { check } : {}),
    }
  })
}

/** In the order in which they are made; what is done only where it is needed has its place too. */
export function stagesOf({ stages, capture = [], doubts, back, fresh }: Plan): Stage[] {
  const [first, ...others] = back
  return first?.key === 'upgraded'
    ? [...stages, first, ...capture, ...doubts, ...others, ...fresh]
    : [...stages, ...capture, ...doubts, ...back, ...fresh]
}

export function numbered(plan: Plan): { number: string; step: Step; stage: Stage; stageNumber: number }[] {
  return stagesOf(plan).flatMap((stage, index) =>
    stage.steps.map((step, own) => ({ number: `${index + 1}.${own + 1}`, step, stage, stageNumber: index + 1 })),
  )
}

export function of<Type extends Entry['type']>(entries: readonly Entry[], type: Type): Of<Type>[] {
  return entries.filter((entry) => entry.type === type) as Of<Type>[]
}

/** What went wrong in a step, whoever noticed it. */
export interface Trouble {
  readonly code?: string
  readonly message?: string
  /** The service, or the file or image where no service is meant. */
  readonly service?: string
  readonly expected?: string
  readonly actual?: string
  readonly hint?: string
  readonly log: readonly string[]
}

export function troubleOf({ finished, check }: Pick<StepOutcome, 'finished' | 'check'>): Trouble | undefined {
  const problem = finished?.problem
  const seen = check && check.observation.outcome !== 'passed' ? check.observation : undefined
  if (!problem && !seen && finished?.outcome !== 'failed') return undefined
  const pick = {
    code: problem?.code,
    message: problem?.message ?? seen?.detail,
    service: problem?.where ?? seen?.service,
    expected: seen?.expected ?? problem?.expected,
    actual: seen?.actual ?? problem?.actual,
    hint: problem?.hint,
  }
  const known = Object.fromEntries(Object.entries(pick).filter(([, value]) => value !== undefined))
  return { ...known, log: [...(seen?.log ?? []), ...(problem?.log ?? [])] }
}

/** `example 1.0.0 → 2.0.0`; a run that never came to know its versions has none to tell. */
export function subject({ name, from, to }: Verdict): string {
  return from.version || to.version ? `${name} ${from.version} → ${to.version}` : name
}

/** `hop 2`, `rollback image`, `target`. */
export function phaseName({ phase, hop, key }: Pick<Stage, 'phase' | 'hop' | 'key'>): string {
  if (phase === 'rollback') return `rollback ${key}`
  return phase === 'hop' ? `hop ${hop ?? ''}`.trim() : phase
}
