import type { Plan, Side } from '../plan/plan.ts'
import type { Entry } from '../run/journal.ts'
import type { Doubts } from '../run/ports.ts'
import { blame } from './blame.ts'
import { dataFindings, lastOf } from './data-findings.ts'
import { judgeEndState } from './end-state.ts'
import { type Facts, readFacts } from './facts.ts'
import { type Finding, finding, place } from './finding.ts'
import { invariantFindings } from './invariants.ts'
import { judgeProofs } from './proof.ts'
import { restartedOn, restartFindings } from './restart-findings.ts'

type Again = 'confirm' | 'control'

/** What is left to explain by what is known so far: failures, and anything else that may be noise. */
export function doubtsOf(plan: Plan, entries: readonly Entry[]): Doubts {
  const facts = readFacts(plan, entries)
  const found = [...accused(facts), ...storeFindings(facts, 'target'), ...invariantFindings(facts, 'target')]
  return {
    failed: found.some(isSuspect),
    changed: found.some(isPassing),
    doubtful: found.some(({ severity }) => severity === 'warning'),
  }
}

/** What became of the data on a side, in the upgrade and by a second start. */
export function storeFindings(facts: Facts, side: Side): Finding[] {
  return [...dataFindings(facts, side), ...restartFindings(facts, side)]
}

/** What the upgrade itself is accused of, by one try. */
export function accused(facts: Facts): Finding[] {
  const blamed = blame(facts)
  // A wrong image that a step has told of already is told once.
  const proven = judgeProofs(facts).filter((one) => !blamed.some((other) => other.code === one.code))
  const excused = blamed.some((one) => one.code === 'ENGINE_LOST' || one.code === 'BASELINE_RED')
  return excused ? blamed : [...blamed, ...proven, ...judgeEndState(facts)]
}

/** A failure that has to happen twice, and not without the upgrade, before it is called the upgrade's. */
function isSuspect({ severity, code, where }: Finding): boolean {
  return severity === 'incompatible' || (code === 'TIMEOUT' && /^(target|hop)/.test(where))
}

const aboutData = ['DATA_LOST', 'SEQUENCE_BEHIND']
/** What a job of the application's own may do to its data at any moment, and an upgrade each time. */
const maybePassing = ['VALUES_CHANGED', 'ROWS_DUPLICATED', 'RESTART_CHANGES', 'RESTART_MIGRATES']

function isPassing({ code }: Finding): boolean {
  return maybePassing.includes(code)
}

/** What a second try came to. */
interface SecondTry {
  readonly begun: boolean
  /** Every step of it went through. */
  readonly whole: boolean
  readonly failures: ReadonlySet<string>
  /** All that it found in the data. */
  readonly told: ReadonlySet<string>
  /** What kept it from telling anything. */
  readonly obstacle: Finding | undefined
  readonly done: ReadonlySet<string>
  /** Places of the stores that were compared with the baseline. */
  readonly compared: readonly string[]
}

/** The same findings, each with what the second tries make of it. */
export function attributed(facts: Facts, found: readonly Finding[]): Finding[] {
  const suspects = found.filter(isSuspect)
  const { plan } = facts
  if (!found.some((one) => isSuspect(one) || isPassing(one)) || (plan.doubts.length === 0 && !plan.once))
    return [...found]
  if (plan.once) {
    const why = 'it was not tried a second time, because the stack was to be left up'
    return found.map((one) => (isSuspect(one) ? unconfirmed(one, why) : one))
  }
  const [confirm, control] = [secondTry(facts, 'confirm'), secondTry(facts, 'control')]
  const confirmed = suspects.filter((one) => confirm.failures.has(idOf(one)))
  return found.flatMap((one) => {
    if (!isSuspect(one)) return isPassing(one) && !lasts(one, confirm) ? [] : [one]
    if (confirmed.includes(one)) return [againstControl(facts, one, control)]
    return [notRepeated(one, confirm, confirmed.length > 0)]
  })
}

/** Whether a change of the data came with the second upgrade as well; where that was not seen to its end, it stands. */
function lasts(one: Finding, { whole, told, compared }: SecondTry): boolean {
  const isCompared = compared.some((store) => `${one.where} · `.startsWith(store))
  return !whole || !isCompared || told.has(idOf(one))
}

/** What failed once, and not the second time. */
function notRepeated(one: Finding, confirm: SecondTry, othersRepeat: boolean): Finding {
  if (!confirm.begun) return unconfirmed(one, 'it was not tried a second time')
  if (confirm.failures.size === 0 && !confirm.whole) {
    const why = confirm.obstacle ? `: ${unended(confirm.obstacle.message)}` : ''
    return unconfirmed(one, `a second try did not come to its end${why}`)
  }
  if (confirm.failures.size === 0 || othersRepeat) {
    const message = `${unended(one.message)}; so it was once, and not when the upgrade was done again from a fresh fork.`
    return finding('warning', 'FLAKY_TARGET', message, one.where, one.step)
  }
  const message = `${unended(one.message)}; when the upgrade was done again from a fresh fork, it failed in another way.`
  return finding('inconclusive', 'NONDETERMINISTIC', message, one.where, one.step)
}

/** What failed twice is the upgrade's fault where the same procedure goes through without an upgrade. */
function againstControl(facts: Facts, one: Finding, control: SecondTry): Finding {
  if (!control.begun) return unconfirmed(one, 'the same procedure was not tried without an upgrade')
  // Noise in the data is subtracted already.
  const isData = aboutData.includes(one.code)
  if (isData && !control.compared.some((store) => one.where.startsWith(store)))
    return unconfirmed(one, 'nothing tells what the same procedure changes in the data without an upgrade')
  if (!isData && control.failures.has(idOf(one))) {
    const message = `${unended(one.message)}; it is the same when the source takes its own place, so it is not the upgrade's doing.`
    return finding('inconclusive', one.code === 'TIMEOUT' ? 'TIMEOUT' : 'BASELINE_RED', message, one.where, one.step)
  }
  const isDone = one.step !== undefined && control.done.has(one.step)
  // A second start of the source is left out where something else was red, and then tells nothing.
  const isReached = isDone || (control.whole && !isOfSecondStart(facts, one))
  if (!isReached) {
    const why = control.obstacle ? `: ${unended(control.obstacle.message)}` : ''
    return control.failures.size > 0
      ? finding(
          'inconclusive',
          'BASELINE_RED',
          `${unended(one.message)}; but the same procedure fails without an upgrade too, so nobody can tell whose fault it is.`,
          one.where,
          one.step,
        )
      : unconfirmed(one, `the same procedure without an upgrade did not come to its end${why}`)
  }
  return one.code === 'TIMEOUT' ? { ...one, severity: 'incompatible', code: 'NOT_READY' } : one
}

function isOfSecondStart({ places }: Facts, { step }: Finding): boolean {
  return step !== undefined && places.get(step)?.stage.secondStart === true
}

function unconfirmed(one: Finding, why: string): Finding {
  if (one.severity !== 'incompatible') return one
  return finding('inconclusive', 'UNCONFIRMED', `${one.code}: ${unended(one.message)}; ${why}.`, one.where, one.step)
}

function unended(text: string): string {
  return text.replace(/[.\s]+$/, '')
}

/** What tells one failure from another: data is compared in another step where tables are large. */
function idOf({ code, where, step }: Finding): string {
  // An invariant is asked in a step of its own each time.
  const isPlaced = [...aboutData, ...maybePassing, 'INVARIANT_BROKEN'].includes(code)
  return isPlaced ? `${code} ${where}` : `${code} ${where} ${step ?? ''}`
}

function secondTry(facts: Facts, which: Again): SecondTry {
  const entries = facts.second[which]
  const again = asFirst(facts, which)
  const found = entries.length === 0 ? [] : accused(again)
  const data = which === 'confirm' ? storeFindings(facts, which) : []
  const broken = invariantFindings(facts, which)
  const planned = facts.plan.doubts
    .filter(({ phase, secondStart }) => phase === which && !(secondStart && which === 'control'))
    .flatMap(({ steps }) => steps)
  const ended = new Map(
    entries.flatMap((entry) => (entry.type === 'step-finished' ? [[entry.step, entry.outcome] as const] : [])),
  )
  const prefix = `${which}.`
  return {
    begun: entries.length > 0,
    whole: planned.length > 0 && planned.every(({ id }) => ended.get(id) === 'done'),
    failures: new Set([...found, ...data, ...broken].filter(isSuspect).map(idOf)),
    told: new Set(data.map(idOf)),
    obstacle: found.find((one) => one.severity === 'inconclusive' && !isSuspect(one)),
    done: new Set([...ended].flatMap(([id, outcome]) => (outcome === 'done' ? [id.slice(prefix.length)] : []))),
    compared: [
      ...lastOf(facts, which).map(({ store }) => place('target', undefined, store)),
      ...restartedOn(facts, which).map(({ store }) => place('target', undefined, 'second start', store)),
    ].map((where) => `${where} · `),
  }
}

/** The facts that a pass may rest on: where a failure did not repeat itself, those of the second try. */
export function standing(facts: Facts, found: readonly Finding[]): Facts {
  const isFlaky = found.some(({ code }) => code === 'FLAKY_TARGET') && !found.some(isSuspect)
  return isFlaky ? asFirst(facts, 'confirm') : facts
}

/** The journal as if a second try had been the first one: what came before the upgrade, then that. */
function asFirst(facts: Facts, which: Again): Facts {
  const { plan, seen } = facts
  const upgrade = new Set(
    plan.stages
      .filter(({ phase }) => phase === 'hop' || phase === 'target')
      .flatMap(({ steps }) => steps.map(({ id }) => id)),
  )
  const first = seen.findIndex((entry) => 'step' in entry && upgrade.has(entry.step))
  const before = first < 0 ? seen : seen.slice(0, first)
  const prefix = `${which}.`
  // Large tables are compared once their rows on the baseline were looked at.
  const looked = facts.second.look.filter((entry) => entry.type === 'data' && entry.side === which)
  const after = [...facts.second[which], ...looked].map((entry): Entry => {
    const step = 'step' in entry && entry.step.startsWith(prefix) ? { step: entry.step.slice(prefix.length) } : {}
    const phase = 'phase' in entry && entry.phase === which ? { phase: 'target' as const } : {}
    const side =
      (entry.type === 'data' || entry.type === 'restarted' || entry.type === 'value') && entry.side === which
        ? { side: 'target' as const }
        : {}
    return { ...entry, ...step, ...phase, ...side } as Entry
  })
  return readFacts({ ...plan, doubts: [] }, [...before, ...after])
}
