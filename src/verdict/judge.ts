import type { Plan } from '../plan/plan.ts'
import type { Entry } from '../run/journal.ts'
import { accused, storeFindings } from './accused.ts'
import { attributed, standing } from './attribution.ts'
import { captureFindings } from './captures.ts'
import { coverageEvidence } from './coverage-evidence.ts'
import { dataEvidence } from './data-evidence.ts'
import { dataGaps } from './data-gaps.ts'
import {
  cacheEvidence,
  counts,
  environmentOf,
  hopEvidence,
  releaseEvidence,
  serviceEvidence,
  sharedEvidence,
  sharedStages,
  timings,
} from './evidence.ts'
import { type Facts, readFacts } from './facts.ts'
import { type Finding, finding, outcomeOf, rank } from './finding.ts'
import { freshFindings } from './fresh-install.ts'
import { invariantFindings, invariantGaps } from './invariants.ts'
import { judgeWays, rollbackOutcomes, wayBackEvidence } from './judge-ways.ts'
import { newErrors } from './log-findings.ts'
import { judgeImages } from './proof.ts'
import { unmetRequirements, warnings } from './requirements.ts'
import { slower } from './slower.ts'
import type { Reason, Verdict } from './verdict.ts'
import { type WayOutcome, wayOutcomes } from './ways-back.ts'

export { exitCodeOf } from './exit-code.ts'

export interface Evidence {
  readonly plan: Plan
  readonly entries: readonly Entry[]
  readonly runId: string
}

/** The verdict on a rehearsal: a pure function of its plan and journal. Throws nothing and never passes what it can't prove. */
export function judge({ plan, entries, runId }: Evidence): Verdict {
  const facts = readFacts(plan, entries)
  const ways = wayOutcomes(facts)
  const { found, facts: stands } = findingsOf(facts, ways)
  const findings = rank(found)
  const [shared, elsewhere, cache] = [sharedEvidence(facts), sharedStages(facts), cacheEvidence(facts)]
  return {
    schemaVersion: 1,
    runId,
    name: plan.name,
    verdict: outcomeOf(findings),
    reasons: findings.map(toReason),
    rollback: rollbackOutcomes(ways),
    wayBack: wayBackEvidence(facts, ways),
    from: releaseEvidence(facts, plan.releases.at(0)),
    to: releaseEvidence(facts, plan.releases.at(-1)),
    hops: plan.hops.map((hop, index) => hopEvidence(facts, hop, index + 1)),
    checks: { baseline: counts(facts, 'baseline'), target: counts(stands, 'target') },
    data: dataEvidence(stands),
    coverage: coverageEvidence(facts, ways),
    services: serviceEvidence(facts),
    ...(shared ? { shared } : {}),
    ...(elsewhere.length > 0 ? { sharedStages: elsewhere } : {}),
    ...(cache ? { cache } : {}),
    timings: timings(facts),
    environment: environmentOf(facts),
    startedAt: entries.at(0)?.at ?? '',
    finishedAt: entries.at(-1)?.at ?? '',
  }
}

/** All findings, and the facts that a pass would rest on. */
function findingsOf(
  facts: Facts,
  ways: readonly WayOutcome[],
): { readonly found: readonly Finding[]; readonly facts: Facts } {
  // A step that the cancellation ended tells of it a second time.
  const found = [...accused(facts), ...storeFindings(facts, 'target'), ...invariantFindings(facts, 'target')]
  const blamed = attributed(facts, found).filter((one) => !facts.cancelled || one.code !== 'CANCELLED')
  const graver = [
    ...blamed,
    ...(facts.cancelled
      ? [
          finding(
            'inconclusive',
            'CANCELLED',
            `The run was cancelled by ${facts.cancelled.signal} before it ended.`,
            'run',
          ),
        ]
      : []),
    ...judgeImages(facts).filter((one) => !blamed.some((other) => other.code === one.code)),
    ...dataGaps(facts),
    ...invariantGaps(facts),
    ...judgeWays(facts, ways),
    ...freshFindings(facts),
    ...warnings(facts),
  ]
  const stands = standing(facts, blamed)
  if (graver.some((one) => one.severity !== 'warning')) return { found: graver, facts: stands }
  // What fails logs errors and takes its time: that is no news of its own.
  return {
    found: [
      ...graver,
      ...unmetRequirements(stands, ways),
      ...newErrors(facts),
      ...slower(facts),
      ...captureFindings(facts),
    ],
    facts: stands,
  }
}

function toReason({ severity: _, ...reason }: Finding): Reason {
  return reason
}

/** A verdict where there is no plan to judge: before the first step, and when the run can't get that far. */
export function unplannedVerdict(run: {
  readonly runId: string
  readonly name: string
  readonly at: string
  readonly path?: string | undefined
  readonly reason?: Reason
}): Verdict {
  const { runId, name, at } = run
  const reason = run.reason ?? { code: 'CANCELLED', message: 'The run ended before it could be judged.', where: 'run' }
  const none = { passed: 0, failed: 0, errors: 0 }
  return {
    schemaVersion: 1,
    runId,
    name,
    ...(run.path === undefined ? {} : { path: run.path }),
    // That the policy permits no path is proven before anything runs.
    verdict: reason.code === 'PATH_UNSUPPORTED' ? 'incompatible' : 'inconclusive',
    reasons: [reason],
    rollback: { image: 'not-run', restore: 'not-run' },
    wayBack: { sentence: '', ways: [] },
    from: { version: '', images: [] },
    to: { version: '', images: [] },
    hops: [],
    checks: { baseline: none, target: none },
    data: { compared: [], changed: [], stores: [], invariants: [], fresh: [] },
    coverage: { checked: [], unchecked: [] },
    services: [],
    timings: [],
    environment: {},
    startedAt: at,
    finishedAt: at,
  }
}
