import type { ProblemCode } from '../errors.ts'
import type { Way } from '../plan/plan.ts'
import { type Facts, of } from './facts.ts'
import { type Finding, finding, oneLine } from './finding.ts'
import { writtenRows } from './rows.ts'
import type { RollbackOutcome, WayBackEvidence } from './verdict.ts'
import { sentenceOf, titleOf, triesOf } from './way-sentence.ts'
import type { WayOutcome } from './ways-back.ts'

/** What the ways back add to the reasons: claims that are not true, and what kept one from being tried. */
export function judgeWays(facts: Facts, ways: readonly WayOutcome[]): Finding[] {
  // What is documented is said of an upgrade that went through.
  const isClaimed = ({ way }: WayOutcome) => arrived(facts) || !startsUpgraded(facts, way)
  return [...ways.flatMap((one) => [...(isClaimed(one) ? claim(one) : []), ...obstacle(one)]), ...loose(facts)]
}

function arrived({ plan, finished }: Facts): boolean {
  const proofs = plan.stages.flatMap(({ steps }) => steps.filter((step) => step.do === 'prove'))
  const again = plan.stages.flatMap(({ secondStart, steps }) => (secondStart ? steps : []))
  const stays = again.every(({ id }) => finished.get(id)?.outcome !== 'failed')
  return stays && finished.get(proofs.at(-1)?.id ?? '')?.outcome === 'done'
}

function startsUpgraded({ plan }: Facts, { id }: Way): boolean {
  return plan.back.some(({ way, after }) => way === id && after === 'upgraded')
}

function claim(one: WayOutcome): Finding[] {
  const { way, outcome, step, wrote } = one
  const where = whereOf(one)
  if (way.expect === 'works' && (outcome === 'fails' || outcome === 'read-only')) {
    const how = outcome === 'fails' ? 'fails' : 'works only to read'
    const message = `${titleOf(one)} is documented to work and ${how}${triesOf(one)}: ${unended(one.why)}.`
    return [finding('incompatible', 'ROLLBACK_FAILED', message, where, step)]
  }
  if (way.expect === 'fails' && outcome === 'works') {
    const message = `${titleOf(one)} is documented not to work, and works${wrote ? '' : '; no check of the suite writes'}.`
    return [finding('warning', 'ROLLBACK_BETTER', message, where, step)]
  }
  return []
}

/** What the journal calls these is on a way back not the target's fault, nor that of any migration. */
const codes: Partial<Record<ProblemCode, string>> = {
  CRASHED: 'BASELINE_RED',
  RESTARTED: 'BASELINE_RED',
  UNHEALTHY: 'BASELINE_RED',
  WRONG_IMAGE: 'BASELINE_RED',
  SIGN_IN: 'BASELINE_RED',
  MIGRATION_FAILED: 'STEP_FAILED',
}

function obstacle(one: WayOutcome): Finding[] {
  const { problem, tried } = one
  if (!problem) return []
  const message = `${titleOf(one)} was not tried${tried > 0 ? ' each time' : ''}: ${unended(problem.message)}.`
  return [finding('inconclusive', codes[problem.code] ?? problem.code, message, whereOf(one), one.step)]
}

/** Problems that were noted outside of a step's own end: logs that could not be kept. */
function loose({ back }: Facts): Finding[] {
  const told = new Set(of(back, 'step-finished').map(({ problem }) => `${problem?.code} ${problem?.message}`))
  return of(back, 'problem')
    .filter(({ problem }) => !told.has(`${problem.code} ${problem.message}`))
    .map(({ problem: { code, message, where } }) => finding('inconclusive', code, message, where ?? 'rollback'))
}

/** Ways that were to be tried and that the journal tells nothing of. Asked only where nothing graver is known. */
export function untriedWays(ways: readonly WayOutcome[]): Finding[] {
  return ways.flatMap((one) => {
    if (one.outcome !== 'not-run' || one.problem) return []
    return [finding('inconclusive', 'EVIDENCE_LOST', `${titleOf(one)} was not tried to its end.`, whereOf(one))]
  })
}

/** The axis of the verdict. */
export function rollbackOutcomes(ways: readonly WayOutcome[]): Readonly<Record<string, RollbackOutcome>> {
  const tried = ways.map(({ way, outcome }) => [way.id, outcome] as const)
  return { image: 'not-run', restore: 'not-run', ...Object.fromEntries(tried) }
}

export function wayBackEvidence(facts: Facts, outcomes: readonly WayOutcome[]): WayBackEvidence {
  const written = writtenRows(facts)
  const ways = outcomes.map(({ way, outcome, why, problem, tried, worked, tries, lost }) => ({
    way: way.id,
    title: way.title,
    expect: way.expect,
    outcome,
    why: oneLine(why || problem?.message || ''),
    tried,
    worked,
    ...(tries.length > 1
      ? {
          tries: tries.map((one) => ({
            stage: one.stage,
            outcome: one.outcome,
            why: oneLine(one.why || one.problem?.message || ''),
          })),
        }
      : {}),
    ...(lost === undefined ? {} : { lost }),
  }))
  const failed = [...facts.finished.values()].some((entry) => entry.outcome === 'failed')
  return { sentence: sentenceOf(outcomes, { failed, written }), ways, ...(written ? { written: written.stores } : {}) }
}

function whereOf({ way }: WayOutcome): string {
  return `rollback · ${way.id}`
}

function unended(text: string): string {
  return oneLine(text).replace(/[.\s]+$/, '')
}
