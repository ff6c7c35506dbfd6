import { formatBytes } from '../fields/index.ts'
import type { Plan } from '../plan/plan.ts'
import type { Counts, ReleaseEvidence, Verdict } from '../verdict/verdict.ts'
import { duration } from './duration.ts'
import { block, code, marks, plain, table } from './markdown.ts'
import { type StepOutcome, stepOutcomes, subject, troubleOf } from './outcome.ts'
import type { ReportInput } from './report.ts'
import { bump } from './summary-bump.ts'
import { data } from './summary-data.ts'
import { hops } from './summary-hops.ts'
import { reproduce } from './summary-reproduce.ts'
import { waysBack } from './summary-ways.ts'

const largest = 900 * 1024
const manyChecks = 25
const slowest = 5

/** The rehearsal for people, as Markdown: verdict first. */
export function summary(input: ReportInput): { path: string; content: string } {
  const { plan, verdict, entries } = input
  const outcomes = stepOutcomes(plan, entries)
  const parts = [
    [`# ${marks[verdict.verdict]} ${verdict.verdict}: ${plain(subject(verdict))}`, ''],
    [why(verdict), ''],
    reasons(verdict),
    trouble(verdict, outcomes),
    bump(verdict),
    releases(verdict),
    checks(plan, verdict, outcomes),
    data(verdict),
    waysBack(verdict),
    hops(verdict),
    services(verdict),
    sharedWork(verdict),
    baselineOrigin(verdict),
    captured(verdict),
    timings(verdict),
    reproduce(input),
  ]
  return { path: 'summary.md', content: capped(parts.flat().join('\n')) }
}

function why(verdict: Verdict): string {
  const [first] = verdict.reasons
  if (first) return `**${code(first.code)}** ${plain(first.message)} (${plain(first.where)})`
  const { passed } = verdict.checks.target
  return `The upgrade was made on the restored data, and all ${passed} checks pass before and after it.`
}

function reasons(verdict: Verdict): string[] {
  if (verdict.reasons.length < 2) return []
  const rows = verdict.reasons
    .slice(0, 100)
    .map((reason) => [code(reason.code), plain(reason.where), plain(reason.message)])
  return ['## Reasons', '', ...table(['code', 'where', 'what'], rows)]
}

function trouble(verdict: Verdict, outcomes: readonly StepOutcome[]): string[] {
  const shown = outcomes.find(({ step }) => step.id === verdict.reasons[0]?.step)
  const seen = shown && troubleOf(shown)
  if (!seen) return []
  const rows = [
    ['expected', seen.expected],
    ['actual', seen.actual],
    ['next', seen.hint],
  ].flatMap(([name = '', text]) => (text ? [[name, code(text.slice(0, 2_000))]] : []))
  const log =
    seen.log.length > 0
      ? ['<details><summary>Last log lines</summary>', '', block(seen.log.slice(-50)), '', '</details>', '']
      : []
  return [...table(['', ''], rows), ...log]
}

function releases({ from, to }: Verdict): string[] {
  const services = [...new Set([...from.images, ...to.images].map((image) => image.service))]
  const cell = (release: ReleaseEvidence, service: string) => {
    const image = release.images.find((one) => one.service === service)
    return image
      ? `${code(image.reference)} ${code(image.digest.replace(/^sha256:/, '').slice(0, 12) || 'not resolved')}`
      : '–'
  }
  const rows = services.map((service) => [plain(service), cell(from, service), cell(to, service)])
  if (rows.length === 0) return []
  return ['## Releases', '', ...table(['service', `from ${plain(from.version)}`, `to ${plain(to.version)}`], rows)]
}

function checks(plan: Plan, verdict: Verdict, outcomes: readonly StepOutcome[]): string[] {
  const outcome = (phase: string, check: number) => {
    const one = outcomes.find(
      ({ step, stage }) => step.do === 'check' && step.set === 'smoke' && step.check === check && stage.phase === phase,
    )
    return one?.check?.observation.outcome ?? 'not made'
  }
  const all = plan.checks.map((check, index) => ({
    check,
    sides: [outcome('baseline', index), outcome('target', index)],
  }))
  const shown = all.length > manyChecks ? all.filter(({ sides }) => sides.some((side) => side !== 'passed')) : all
  const rows = shown.slice(0, 200).map(({ check, sides }) => [code(check.title), ...sides])
  const left = all.length - rows.length
  if (all.length === 0) return []
  const count = ({ passed, failed, errors }: Counts) => `${passed} passed, ${failed} failed, ${errors} errors`
  return [
    '## Checks',
    '',
    `Baseline: ${count(verdict.checks.baseline)}. Target: ${count(verdict.checks.target)}.${left > 0 ? ` ${left} more are not listed.` : ''}`,
    '',
    ...table(['check', 'baseline', 'target'], rows),
  ]
}

function services(verdict: Verdict): string[] {
  const rows = verdict.services.map(({ service, baseline, target, restarts }) => {
    return [plain(service), plain(baseline), plain(target), `${restarts.baseline} → ${restarts.target}`]
  })
  return rows.length === 0 ? [] : ['## Services', '', ...table(['service', 'baseline', 'target', 'restarts'], rows)]
}

/** What was done once for several paths, and where. */
function sharedWork({ shared, sharedStages = [] }: Verdict): string[] {
  const by = (path: string, runId: string) => `in the rehearsal of ${code(path)} (run ${code(runId)})`
  const lines = [
    ...(shared ? [`- everything up to ${plain(shared.release)}, ${by(shared.path, shared.runId)}`] : []),
    ...sharedStages.map(({ path, runId, title }) => `- ${plain(title)}, ${by(path, runId)}`),
  ]
  return lines.length === 0 ? [] : ['## Done once for several paths', '', ...lines, '']
}

function baselineOrigin({ cache, shared }: Verdict): string[] {
  // It is told with all else that another path did.
  if (shared || !cache) return []
  const why = cache.why === undefined ? '' : ` An entry was rejected or could not be kept: ${plain(cache.why)}.`
  const what = {
    used: `It started from the cache, with the backups as restored at ${plain(cache.createdAt ?? '')}.`,
    kept: 'It was restored from the backups, and is kept in the cache for the next run.',
    'not-kept': 'It was restored from the backups.',
    none: 'It was restored from the backups.',
  }[cache.outcome]
  return ['## Baseline', '', `${what}${why}`, '']
}

function captured({ captured = [] }: Verdict): string[] {
  const lines = captured.map(({ fixture, path, bytes }) => `- ${code(path)}, ${fixture}, ${formatBytes(bytes)}`)
  return lines.length === 0 ? [] : ['## Captured', '', 'Fixtures for the next rehearsal:', '', ...lines, '']
}

function timings(verdict: Verdict): string[] {
  const rows = verdict.timings.toSorted((one, other) => other.ms - one.ms).slice(0, slowest)
  if (rows.length === 0) return []
  return [
    '## Slowest steps',
    '',
    ...table(
      ['step', 'took', 'outcome'],
      rows.map((row) => [plain(row.title), duration(row.ms), row.outcome]),
    ),
  ]
}

function capped(text: string): string {
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length <= largest) return text
  return `${bytes
    .subarray(0, largest - 200)
    .toString('utf8')
    .replace(/\uFFFD$/, '')}\n\n[… cut: the whole is in verdict.json and journal.jsonl]\n`
}
