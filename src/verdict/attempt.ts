import type { Problem } from '../errors.ts'
import type { Stage, Step } from '../plan/plan.ts'
import type { ContainerState, Entry } from '../run/journal.ts'
import { endFault, lateRestarts } from './end-state.ts'
import { byService, containersAt, type Facts, type Of, of } from './facts.ts'
import { difference, oneLine } from './finding.ts'
import { foundAgain } from './rows.ts'
import type { RollbackOutcome } from './verdict.ts'
import { entriesOf, isOwnFault, lostBefore } from './way-stages.ts'

/** How one try of a way back ended. */
export interface Attempt {
  readonly outcome: RollbackOutcome
  /** What failed, as a sentence without its end; empty where nothing did. */
  readonly why: string
  /** Id of the step that shows it. */
  readonly step?: string
  /** What kept it from being tried, where that is not the system's doing. */
  readonly problem?: Problem
}

const untold: Attempt = { outcome: 'not-run', why: '' }

/** What fails outweighs what could not be seen, and that outweighs what went well. */
export function attemptOf(facts: Facts, stage: Stage): Attempt {
  const lost = lostBefore(facts, stage)
  if (lost) return { ...untold, problem: lost }
  const own = entriesOf(facts, stage)
  if (own.length === 0) return untold
  const ended = new Map(of(own, 'step-finished').map((entry) => [entry.step, entry]))
  const broken = stage.steps.find(({ id }) => ended.get(id)?.problem)
  const problem = broken && ended.get(broken.id)?.problem
  if (broken && problem) {
    if (!isOwnFault(broken, problem)) return { ...untold, step: broken.id, problem }
    return { outcome: 'fails', why: saidBy(problem), step: broken.id }
  }
  const red = redChecks(stage, own)
  const failed = red.filter(({ check }) => check.observation.outcome === 'failed')
  const starved = (endOf(facts, stage) ?? []).find(({ outOfMemory }) => outOfMemory)
  if (starved) {
    const message = `${starved.service} was killed on it: it ran out of memory`
    return { ...untold, problem: { code: 'OUT_OF_MEMORY', message } }
  }
  const reading = failed.find((one, index) => !isWrite(one) && !followsFrom(facts, one, failed.slice(0, index)))
  if (reading) return { outcome: 'fails', why: redSentence(reading), step: reading.step.id }
  const rows = foundAgain(facts, stage, own)
  const dead = rows.missing ?? badEnd(facts, stage)
  if (dead !== undefined) return { outcome: 'fails', why: dead }
  const unmade = red.find(({ check }) => check.observation.outcome === 'error')
  if (unmade) {
    const message = `${unmade.step.title} could not be made: ${oneLine(unmade.check.observation.detail ?? 'it does not say why')}`
    return { ...untold, step: unmade.step.id, problem: { code: 'INTERNAL', message } }
  }
  if (!isWhole(facts, stage, own, ended)) return untold
  if (rows.problem) return { ...untold, problem: rows.problem }
  const [first] = failed
  return first ? { outcome: 'read-only', why: redSentence(first), step: first.step.id } : { outcome: 'works', why: '' }
}

/** Cut off before its end, or with a check that left no trace, it proves nothing. */
function isWhole(
  facts: Facts,
  stage: Stage,
  own: readonly Entry[],
  ended: ReadonlyMap<string, Of<'step-finished'>>,
): boolean {
  const seen = new Set(of(own, 'check').map(({ step }) => step))
  const went = stage.steps.every(
    (step) => ended.get(step.id)?.outcome === 'done' && (step.do !== 'check' || seen.has(step.id)),
  )
  return went && endOf(facts, stage) !== undefined
}

interface Red {
  readonly step: Step
  readonly check: Of<'check'>
}

function redChecks(stage: Stage, own: readonly Entry[]): Red[] {
  const checks = of(own, 'check').filter(({ observation }) => observation.outcome !== 'passed')
  return checks.flatMap((check) => {
    const step = stage.steps.find(({ id }) => id === check.step)
    return step ? [{ step, check }] : []
  })
}

function isWrite({ step }: Red): boolean {
  return step.do === 'check' && step.writes === true
}

/** After a write that failed, an error in a log and a check of what was to be written tell of it a second time. */
function followsFrom({ plan }: Facts, { step, check }: Red, before: readonly Red[]): boolean {
  if (!before.some(isWrite)) return false
  const kind = step.do === 'check' ? plan.checks[step.check]?.kind : undefined
  return kind === 'log' || check.observation.unasked === true
}

function redSentence({ step, check }: Red): string {
  const { observation } = check
  return `${step.title}: ${difference(observation) || oneLine(observation.detail ?? '') || 'it failed'}`
}

function saidBy(problem: Problem): string {
  const seen = difference(problem)
  const said = oneLine(problem.message)
  return seen === '' || problem.message.includes(problem.actual ?? seen) ? said : `${said}: ${seen}`
}

/** A service that did not outlive the checks. One that crashes on the baseline as well is no news. */
function badEnd(facts: Facts, stage: Stage): string | undefined {
  const containers = endOf(facts, stage) ?? []
  const baseline = containersAt(facts, 'baseline', 'end') ?? []
  const wrong = containers.map((one) => endFault(one, baseline)).find(Boolean)
  if (wrong !== undefined) return wrong
  const ready = seenAt(facts, stage, 'ready')
  for (const service of byService(containers).keys()) {
    const before = lateRestarts(
      containersAt(facts, 'baseline', 'ready'),
      containersAt(facts, 'baseline', 'end'),
      service,
    )
    const after = lateRestarts(ready, containers, service)
    if (after > before)
      return `${service} crashed and was restarted ${after === 1 ? 'once' : `${after} times`} after it was ready`
  }
  return undefined
}

function endOf(facts: Facts, stage: Stage): readonly ContainerState[] | undefined {
  return seenAt(facts, stage, 'end')
}

function seenAt(facts: Facts, stage: Stage, moment: 'ready' | 'end'): readonly ContainerState[] | undefined {
  return of(facts.back, 'containers').findLast((one) => one.stage === stage.key && one.moment === moment)?.containers
}
