import { compareValues } from '../invariants/compare-values.ts'
import { tell } from '../invariants/kept.ts'
import type { Invariant, Moment, Side } from '../plan/plan.ts'
import { type Facts, type Of, of } from './facts.ts'
import { type Finding, finding, place } from './finding.ts'
import type { InvariantEvidence } from './verdict.ts'

/** What the rules of the user say of a side; a broken one is a reason. */
export function invariantFindings(facts: Facts, side: Side): Finding[] {
  return measured(facts, side).flatMap(({ invariant, before, after }) => {
    if (!before || !after) return []
    // What has to grow with the upgrade need not do so without it; it must not shrink.
    const rule = side === 'control' && invariant.rule === 'grows' ? 'at-least' : invariant.rule
    const { outcome, found } = compareValues(rule, before.kept, after.kept)
    if (outcome !== 'broken') return []
    const message = `${invariant.title}: its rule "${invariant.rule}" is broken: ${found}.`
    return [
      finding('incompatible', 'INVARIANT_BROKEN', message, place('target', undefined, invariant.title), after.step),
    ]
  })
}

/** Values that could not be compared, on the baseline or after the upgrade. */
export function invariantGaps(facts: Facts): Finding[] {
  return measured(facts, 'target').flatMap(({ invariant, before, after }) => {
    const { title, rule } = invariant
    const gap = (code: string, phase: 'baseline' | 'target', why: string, step: string) => [
      finding(
        'inconclusive',
        code,
        `${title} can't be compared ("${rule}"): ${why}.`,
        place(phase, undefined, title),
        step,
      ),
    ]
    if (before?.kept.is === 'none') {
      const { expected, actual } = before.kept
      const message = `The baseline is red before any upgrade: ${title}: expected ${expected}, got ${actual}.`
      return [finding('inconclusive', 'BASELINE_RED', message, place('baseline', undefined, title), before.step)]
    }
    if (before?.kept.is === 'unknown') return gap('DATA_UNREAD', 'baseline', before.kept.why, before.step)
    if (!before || !after) return []
    const { outcome, found } = compareValues(rule, before.kept, after.kept)
    if (outcome !== 'unknown') return []
    return after.kept.is === 'unknown'
      ? gap('DATA_UNREAD', 'target', after.kept.why, after.step)
      : gap('NO_ASSERTIONS', 'baseline', found, before.step)
  })
}

/** Values that were to be compared and that the journal tells nothing of. */
export function missingValues(facts: Facts): Finding[] {
  return measured(facts, 'target').flatMap(({ invariant: { title }, before, after }) => {
    if (before && after) return []
    const message = `Nothing tells the value of ${title} ${before ? 'after' : 'before'} the upgrade.`
    return [finding('inconclusive', 'EVIDENCE_LOST', message, place('target', undefined, title))]
  })
}

export function invariantEvidence(facts: Facts): InvariantEvidence[] {
  return measured(facts, 'target').map(({ invariant, before, after }) => {
    const compared = before && after && compareValues(invariant.rule, before.kept, after.kept)
    return {
      ...invariant,
      outcome: compared?.outcome ?? 'unknown',
      found: compared?.found ?? 'it was not compared',
      ...(before ? { before: tell(before.kept) } : {}),
      ...(after ? { after: tell(after.kept) } : {}),
    }
  })
}

interface Measured {
  readonly invariant: Invariant
  readonly before: Of<'value'> | undefined
  readonly after: Of<'value'> | undefined
}

/** The last account of each on a side, beside that of the baseline. */
function measured(facts: Facts, side: Side): Measured[] {
  const told = of(facts.all, 'value')
  const last = (index: number, moment: Moment, of: Side) =>
    told.findLast((one) => one.invariant === index && one.moment === moment && one.side === of)
  return facts.plan.invariants.map((invariant, index) => {
    return { invariant, before: last(index, 'baseline', 'target'), after: last(index, 'upgraded', side) }
  })
}
