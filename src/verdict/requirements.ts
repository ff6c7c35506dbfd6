import { missingPrints, missingRestarts } from './data-gaps.ts'
import { containersAt, type Facts, type Of, of, secondStart, smokeChecks, startsTwice } from './facts.ts'
import { type Finding, finding, place } from './finding.ts'
import { missingValues } from './invariants.ts'
import { untriedWays } from './judge-ways.ts'
import { missingImages, missingProofs } from './proof.ts'
import type { WayOutcome } from './ways-back.ts'

/** What a pass needs and the journal does not show. Asked only where nothing graver is known: all of it would be missing. */
export function unmetRequirements(facts: Facts, ways: readonly WayOutcome[]): Finding[] {
  return [
    ...assertions(facts),
    ...sameChecks(facts),
    ...missingImages(facts),
    ...missingProofs(facts),
    ...unfinishedSteps(facts),
    ...missingEndStates(facts),
    ...untriedWays(ways),
    ...missingPrints(facts),
    ...missingValues(facts),
    ...missingRestarts(facts),
  ]
}

function assertions(facts: Facts): Finding[] {
  const asserted = smokeChecks(facts, 'target').filter(({ observation: { cases = [] } }) => {
    // A suite that skipped all it has looked at nothing.
    return cases.length === 0 || cases.some((one) => one.outcome !== 'skipped')
  })
  if (facts.plan.checks.length > 0 && (asserted.length > 0 || smokeChecks(facts, 'target').length === 0)) return []
  const message = 'Nothing was asserted: the smoke suite has no check that looked at anything. Add one under "smoke".'
  return [finding('inconclusive', 'NO_ASSERTIONS', message, place('target', undefined))]
}

function sameChecks(facts: Facts): Finding[] {
  const planned = facts.plan.checks.map((check) => check.id)
  return (['baseline', 'target'] as const).flatMap((phase) => {
    const made = new Set(smokeChecks(facts, phase).map((check) => check.check))
    const wrong = [
      ...planned.filter((id) => !made.has(id)).map((id) => `${id} was not made`),
      ...[...made].filter((id) => !planned.includes(id)).map((id) => `${id} is not in the plan`),
    ]
    if (wrong.length === 0) return []
    const message = `The ${phase} was not asked the same checks as planned: ${wrong.join('; ')}.`
    return [finding('inconclusive', 'EVIDENCE_LOST', message, place(phase, undefined))]
  })
}

function unfinishedSteps(facts: Facts): Finding[] {
  return [...facts.places.values()].flatMap(({ step, stage }) => {
    if (facts.finished.get(step.id)?.outcome === 'done') return []
    return [
      finding(
        'inconclusive',
        'EVIDENCE_LOST',
        `"${step.title}" has no end in the journal.`,
        place(stage.phase, stage.hop, step.title),
        step.id,
      ),
    ]
  })
}

function missingEndStates(facts: Facts): Finding[] {
  const lives = [['baseline'], ['target'], ...(startsTwice(facts) ? [['target', secondStart] as const] : [])] as const
  return lives.flatMap(([phase, stage]) => {
    const where = place(phase, undefined, stage && 'second start')
    const containers = containersAt(facts, phase, 'end', stage)
    if (!containers)
      return [
        finding('inconclusive', 'EVIDENCE_LOST', `Nothing tells how the containers of the ${phase} ended.`, where),
      ]
    const release = phase === 'baseline' ? facts.plan.releases.at(0) : facts.plan.releases.at(-1)
    const seen = new Set(containers.map((container) => container.service))
    const expected = release?.images.filter((use) => use.replicas !== 0) ?? []
    const missing = expected.filter((use) => !seen.has(use.service)).map((use) => use.service)
    if (missing.length === 0) return []
    return [
      finding(
        'inconclusive',
        'EVIDENCE_LOST',
        `No container of ${missing.join(', ')} was there at the end of the ${phase}.`,
        where,
      ),
    ]
  })
}

/** What is no obstacle, but worth a person's look. */
export function warnings(facts: Facts): Finding[] {
  return [
    ...[...of(facts.seen, 'warning'), ...ofTheUpgrade(facts), ...of(facts.capture, 'warning')].map((entry) =>
      finding('warning', entry.code, entry.message, entry.where ?? 'run'),
    ),
    ...of([...facts.seen, ...facts.back], 'evidence')
      .filter((entry) => entry.truncated)
      .map((entry) =>
        finding('warning', 'LOGS_TRUNCATED', `${entry.file} was too long and lacks its middle.`, entry.file),
      ),
    ...lostCases(facts),
  ]
}

/** The target is stopped only for the ways back; how it does that is its own. */
function ofTheUpgrade({ plan, back }: Facts): Of<'warning'>[] {
  const [first] = plan.back
  const ids = new Set(first?.key === 'upgraded' ? first.steps.map(({ id }) => id) : [])
  const next = back.findIndex((entry) => 'step' in entry && !ids.has(entry.step))
  return of(next < 0 ? back : back.slice(0, next), 'warning')
}

/** Tests of a user's own suite that passed on the baseline and that the target's run does not have. */
function lostCases(facts: Facts): Finding[] {
  const passed = (phase: 'baseline' | 'target', check: string) =>
    new Set(
      smokeChecks(facts, phase)
        .filter((one) => one.check === check)
        .flatMap((one) => one.observation.cases ?? [])
        .filter((one) => one.outcome !== 'skipped')
        .map((one) => `${one.suite} ${one.name}`),
    )
  return smokeChecks(facts, 'target').flatMap(({ check, step }) => {
    const after = passed('target', check)
    const lost = [...passed('baseline', check)].filter((name) => !after.has(name))
    if (lost.length === 0) return []
    const names = lost.slice(0, 3).join(', ') + (lost.length > 3 ? ` and ${lost.length - 3} more` : '')
    return [
      finding(
        'warning',
        'TESTS_DIFFER',
        `Tests that ran on the baseline did not run on the target: ${names}.`,
        place('target', undefined, check),
        step,
      ),
    ]
  })
}
