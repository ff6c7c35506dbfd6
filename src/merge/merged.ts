import type { Outcome, Reason, RollbackOutcome } from '../verdict/verdict.ts'
import { readPathId } from '../versions/index.ts'
import { compareNames } from './order.ts'
import type { Found, Reported } from './read-reports.ts'

/** The content of a merged `verdict.json`. */
export interface MergedVerdict {
  readonly schemaVersion: 1
  readonly kind: 'merged'
  readonly name: string
  readonly verdict: Outcome
  /** Of all paths, gravest first; `where` begins with the path. */
  readonly reasons: readonly Reason[]
  readonly paths: readonly PathResult[]
  readonly startedAt: string
  readonly finishedAt: string
}

/** What became of one path. */
export interface PathResult {
  readonly path: string
  readonly from: string
  readonly to: string
  /** The releases between. */
  readonly by: readonly string[]
  /** `not-run`: its job died before it could begin, or never reported. */
  readonly verdict: Outcome | 'not-run'
  readonly reasons: readonly Reason[]
  readonly rollback: Readonly<Record<string, RollbackOutcome>>
  /** The earlier rehearsal that its verdict is of; absent where it was rehearsed now. */
  readonly proven?: { readonly runId: string; readonly at: string }
  /** The first hop that failed. */
  readonly failed?: { readonly from: string; readonly to: string }
  readonly ms?: number
  /** Its report folder; absent where there is none. */
  readonly report?: string
  /** How many reports of it there are; the last one counts. */
  readonly reports: number
}

const gravity = ['incompatible', 'not-run', 'inconclusive', 'compatible-with-warnings', 'compatible'] as const

/**
 * One verdict of many: as grave as the gravest path. A planned path without a report is not run, and what is not run
 * never passes. Pure.
 */
export function mergeReports(planned: readonly string[], found: readonly Found[]): MergedVerdict {
  const byPath = Map.groupBy(
    found.flatMap((one) => (one.kind === 'report' ? [one] : [])),
    ({ verdict }) => nameOf(verdict),
  )
  const names = [...new Set([...planned, ...byPath.keys()])]
  const paths = names
    .map((path) => resultOf(path, byPath.get(path) ?? []))
    .toSorted(
      (one, other) =>
        compareNames(one.from, other.from) || compareNames(one.to, other.to) || one.by.length - other.by.length,
    )
  const unreadable = found.flatMap((one): Reason[] =>
    one.kind === 'unreadable' ? [{ code: 'EVIDENCE_LOST', message: one.why, where: one.folder }] : [],
  )
  const ranked = paths.toSorted((one, other) => gravity.indexOf(one.verdict) - gravity.indexOf(other.verdict))
  const reports = [...byPath.values()].flat().map(({ verdict }) => verdict)
  const times = (of: 'startedAt' | 'finishedAt') =>
    reports
      .map((one) => one[of])
      .filter(Boolean)
      .toSorted()
  return {
    schemaVersion: 1,
    kind: 'merged',
    name: reports.find(({ name }) => name !== '')?.name ?? 'rehearsal',
    verdict: outcomeOf(paths, unreadable.length > 0),
    reasons: [...ranked.flatMap(reasonsOf), ...unreadable],
    paths,
    startedAt: times('startedAt').at(0) ?? '',
    finishedAt: times('finishedAt').at(-1) ?? '',
  }
}

/** A run that ended before it knew its releases has none to tell; its folder is told instead. */
function nameOf(verdict: Reported): string {
  if (verdict.path !== undefined) return verdict.path
  return verdict.from.version && verdict.to.version ? `${verdict.from.version}..${verdict.to.version}` : verdict.runId
}

function resultOf(path: string, reports: readonly Extract<Found, { kind: 'report' }>[]): PathResult {
  const last = reports.toSorted((one, other) => (one.verdict.startedAt < other.verdict.startedAt ? -1 : 1)).at(-1)
  const ends = endsOf(path, last?.verdict)
  if (!last) return { path, ...ends, verdict: 'not-run', reasons: [notRun], rollback: {}, reports: 0 }
  const { verdict, reasons, rollback, startedAt, finishedAt, hops } = last.verdict
  const failed = hops.find(({ outcome }) => outcome === 'failed')
  const ms = Date.parse(finishedAt) - Date.parse(startedAt)
  return {
    path,
    ...ends,
    by: hops.length > 0 ? hops.slice(1).map(({ from }) => from) : ends.by,
    verdict,
    reasons,
    rollback,
    ...(last.verdict.proven ? { proven: last.verdict.proven } : {}),
    ...(failed ? { failed: { from: failed.from, to: failed.to } } : {}),
    // A run that was cut off tells no duration that others could be compared with.
    ...(ms > 0 && !last.verdict.proven ? { ms } : {}),
    report: last.folder,
    reports: reports.length,
  }
}

const notRun: Reason = {
  code: 'NOT_RUN',
  message: 'The path was planned, and there is no report of it: its job died, was skipped, or never began.',
  where: 'job',
}

function endsOf(path: string, verdict: Reported | undefined): { from: string; to: string; by: readonly string[] } {
  try {
    const { from, to, versions = [] } = readPathId(path)
    return { from, to, by: versions.slice(1, -1) }
  } catch {
    return { from: verdict?.from.version || path, to: verdict?.to.version || '?', by: [] }
  }
}

function outcomeOf(paths: readonly PathResult[], isIncomplete: boolean): Outcome {
  const has = (...outcomes: readonly PathResult['verdict'][]) => paths.some(({ verdict }) => outcomes.includes(verdict))
  if (has('incompatible')) return 'incompatible'
  if (paths.length === 0 || isIncomplete || has('inconclusive', 'not-run')) return 'inconclusive'
  return has('compatible-with-warnings') ? 'compatible-with-warnings' : 'compatible'
}

function reasonsOf({ path, reasons }: PathResult): Reason[] {
  return reasons.map((reason) => ({ ...reason, where: `${path} · ${reason.where}` }))
}
