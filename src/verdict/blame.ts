import type { Problem, ProblemCode } from '../errors.ts'
import type { Phase } from '../plan/plan.ts'
import { type Facts, isAssertion, isSmoke, nameOf, type Of, of, type Place, smokeChecks } from './facts.ts'
import { difference, type Finding, finding, oneLine, place } from './finding.ts'

/** What the product did wrong, once a later release than the source runs. All else is never the upgrade's fault. */
const productFaults: Partial<Record<ProblemCode, string>> = {
  CRASHED: 'TARGET_CRASHED',
  RESTARTED: 'TARGET_CRASHED',
  UNHEALTHY: 'NOT_READY',
  WRONG_IMAGE: 'NOT_UPGRADED',
  SIGN_IN: 'SMOKE_REGRESSION',
  MIGRATION_FAILED: 'MIGRATION_FAILED',
}

/** What the failures of checks and steps mean, in the order of the journal. */
export function blame(facts: Facts): Finding[] {
  const found = [...steps(facts), ...loose(facts)]
  // Whatever fails on a lost engine or on top of a red baseline says nothing about the release.
  const excused = found.some((one) => one.code === 'ENGINE_LOST' || one.code === 'BASELINE_RED')
  if (!excused) return found
  const kept = found.filter((one) => one.severity !== 'incompatible')
  // What a check saw of it is the effect, though it came first.
  const isCause = ({ code }: Finding) => code === 'ENGINE_LOST'
  return [...kept.filter(isCause), ...kept.filter((one) => !isCause(one))]
}

function steps(facts: Facts): Finding[] {
  const found: Finding[] = []
  for (const entry of facts.seen) {
    if (entry.type === 'check' && facts.checks.get(entry.step) === entry) {
      const red = redCheck(facts, entry)
      if (red) found.push(red)
    }
    if (entry.type !== 'step-finished' || entry.outcome === 'done') continue
    const spot = facts.places.get(entry.step)
    if (entry.problem) {
      found.push(
        fromProblem(
          facts,
          entry.problem,
          spot,
          spot ? place(spot.stage.phase, spot.stage.hop, lifeOf(spot), entry.problem.where, spot.step.title) : 'run',
        ),
      )
    } else if ((facts.checks.get(entry.step)?.observation.outcome ?? 'passed') === 'passed') {
      const title = spot?.step.title ?? entry.step
      found.push(
        finding(
          'inconclusive',
          'INTERNAL',
          `"${title}" failed without saying why.`,
          spot ? place(spot.stage.phase, spot.stage.hop, title) : title,
          entry.step,
        ),
      )
    }
  }
  return found
}

function redCheck(facts: Facts, check: Of<'check'>): Finding | undefined {
  const { outcome, service, detail } = check.observation
  const problem = facts.finished.get(check.step)?.problem
  if (outcome === 'passed') return undefined
  // The problem is the better account of a check that could not be made, and of one that only asks for readiness.
  if (problem && (outcome === 'error' || !isAssertion(facts, check))) return undefined
  const name = nameOf(facts, check)
  const where = place(check.phase, check.hop, service, name)
  const seen =
    difference(check.observation) ||
    oneLine(detail ?? '') ||
    (outcome === 'error' ? 'it could not be made' : 'it failed')
  if (!isUpgraded(facts, check.phase, check.step)) {
    return finding(
      'inconclusive',
      'BASELINE_RED',
      `The baseline is red before any upgrade: ${name}: ${seen}.`,
      where,
      check.step,
    )
  }
  if (!isAssertion(facts, check))
    return finding('inconclusive', 'TIMEOUT', `${name} did not become ready: ${seen}.`, where, check.step)
  if (outcome === 'error') {
    return finding(
      'inconclusive',
      'INTERNAL',
      `${name} could not be made: ${oneLine(detail ?? seen)}.`,
      where,
      check.step,
    )
  }
  if (service !== undefined && outOfMemory(facts, check.phase, service)) {
    return finding(
      'inconclusive',
      'OUT_OF_MEMORY',
      `${service} ran out of memory, then ${name}: ${seen}.`,
      where,
      check.step,
    )
  }
  const before = smokeChecks(facts, 'baseline').some((one) => one.check === check.check)
    ? 'passed on the baseline and fails'
    : 'fails'
  const when = isSmoke(facts, check) ? 'after the upgrade' : 'during the upgrade'
  return finding('incompatible', 'SMOKE_REGRESSION', `${name} ${before} ${when}: ${seen}.`, where, check.step)
}

function fromProblem(
  facts: Facts,
  problem: Problem,
  spot: Place | undefined,
  where: string,
  step = spot?.step.id,
): Finding {
  // What the target can't take in of its own source's export is no fault of a backup.
  const imported = problem.code === 'FIXTURE_PARTIAL' && spot?.step.do === 'restore' && spot.upgraded
  const fault = imported ? 'MIGRATION_FAILED' : productFaults[problem.code]
  const seen = difference(problem)
  const said =
    seen === '' || problem.message.includes(problem.actual ?? seen)
      ? problem.message
      : `${oneLine(problem.message)}: ${seen}`
  const message = spot && lifeOf(spot) ? `At the second start of the target: ${said}` : said
  if (!spot?.upgraded) {
    // A step of the procedure that takes too long, an export for instance, says nothing about the baseline's health.
    const red = fault !== undefined || (problem.code === 'TIMEOUT' && spot?.stage.phase === 'baseline')
    return finding('inconclusive', red ? 'BASELINE_RED' : problem.code, message, where, step)
  }
  if (fault === undefined) return finding('inconclusive', problem.code, message, where, step)
  if (fault === 'TARGET_CRASHED' && outOfMemory(facts, spot.stage.phase, problem.where)) {
    return finding('inconclusive', 'OUT_OF_MEMORY', message, where, step)
  }
  return finding('incompatible', fault, message, where, step)
}

/** It came up once: that it does not come up again is another fault. */
function lifeOf({ stage }: Place): string | undefined {
  return stage.secondStart && 'second start'
}

/** Problems that were noted outside of a step's own end; a problem is often noted at both places. */
function loose(facts: Facts): Finding[] {
  const told = new Set(
    of(facts.seen, 'step-finished').map((entry) => `${entry.problem?.code} ${entry.problem?.message}`),
  )
  let spot: Place | undefined
  return facts.seen.flatMap((entry) => {
    if (entry.type === 'step-started') spot = facts.places.get(entry.step) ?? spot
    if (entry.type !== 'problem' || told.has(`${entry.problem.code} ${entry.problem.message}`)) return []
    const where = spot ? place(spot.stage.phase, spot.stage.hop, entry.problem.where) : (entry.problem.where ?? 'run')
    return [fromProblem(facts, entry.problem, spot, where)]
  })
}

function isUpgraded(facts: Facts, phase: Phase, step: string): boolean {
  return facts.places.get(step)?.upgraded ?? (phase === 'hop' || phase === 'target')
}

/** 137 alone proves nothing: only the engine's own word counts. Without a service any container will do. */
function outOfMemory(facts: Facts, phase: Phase, service: string | undefined): boolean {
  const states = of(facts.seen, 'containers')
    .filter((entry) => entry.phase === phase)
    .flatMap((entry) => entry.containers)
  const named = states.filter((state) => state.service === service || state.container === service)
  return (named.length > 0 ? named : states).some((state) => state.outOfMemory)
}
