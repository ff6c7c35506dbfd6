import { type Facts, type Of, of, secondStart } from './facts.ts'
import { type Finding, finding, place } from './finding.ts'

/**
 * From here on something is slower than noise makes it. Two runs of one release on a busy machine differ by a factor of two
 * and a few seconds at the most: a first answer that compiles, a cache that is cold, a disk that others use too.
 */
const limits = {
  start: { factor: 3, moreMs: 10_000 },
  check: { factor: 5, moreMs: 2_000 },
}
const mostTold = 3

/** What takes much longer on the target than it did before, in this rehearsal. */
export function slower(facts: Facts): Finding[] {
  return [...slowStart(facts), ...slowChecks(facts)]
}

/** The first start of a target may migrate, which takes what it takes: a second one tells what every later start will. */
function slowStart(facts: Facts): Finding[] {
  const before = Math.max(
    ...startsOf(facts.seen, ['baseline', 'checkpoint']),
    ...startsOf(facts.second.control, ['control']),
  )
  const own = of(facts.seen, 'containers').filter(({ phase }) => phase === 'target')
  const [again] = own.filter(({ stage }) => stage === secondStart).flatMap(({ tookMs }) => tookMs ?? [])
  const after = again ?? own.flatMap(({ tookMs }) => tookMs ?? []).at(-1)
  if (after === undefined || !isSlower(before, after, limits.start)) return []
  const message = `The target takes ${seconds(after)} from its start until it is ready, and the source ${seconds(before)}.`
  return [finding('warning', 'SLOWER', message, place('target', undefined, again === undefined ? '' : 'second start'))]
}

function startsOf(entries: Facts['seen'], phases: readonly string[]): number[] {
  return of(entries, 'containers').flatMap(({ phase, tookMs }) => (phases.includes(phase) ? (tookMs ?? []) : []))
}

function slowChecks(facts: Facts): Finding[] {
  const passed = (entries: Facts['seen'], phase: string) =>
    of(entries, 'check').filter((one) => one.phase === phase && one.observation.outcome === 'passed')
  const before = [...passed(facts.seen, 'baseline'), ...passed(facts.second.control, 'control')]
  const slow = passed(facts.seen, 'target').flatMap((one) => {
    const usual = Math.max(...before.filter(({ check }) => check === one.check).map(({ ms }) => ms))
    return isSlower(usual, one.ms, limits.check) ? [{ one, usual }] : []
  })
  const [first] = slow
  if (!first) return []
  const told = slow.slice(0, mostTold).map(({ one, usual }) => textOf(one, usual))
  const more = slow.length - mostTold
  const message = `Checks take much longer on the target: ${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`
  return [finding('warning', 'SLOWER', message, place('target', undefined, first.one.check), first.one.step)]
}

function textOf({ check, ms }: Of<'check'>, usual: number): string {
  return `${check}, ${seconds(ms)} instead of ${seconds(usual)}`
}

/** Where nothing is known of before, nothing is slower. */
function isSlower(
  before: number,
  after: number,
  { factor, moreMs }: { readonly factor: number; readonly moreMs: number },
) {
  return Number.isFinite(before) && after > factor * before && after >= before + moreMs
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
