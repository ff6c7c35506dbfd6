import type { Plan } from '../plan/plan.ts'
import type { Entry } from '../run/journal.ts'
import type { Doubts } from '../run/ports.ts'
import { aboutData, accused, idOf, isPassing, isSuspect, storeFindings } from './accused.ts'
import { type Facts, readFacts } from './facts.ts'
import { type Finding, finding } from './finding.ts'
import { invariantFindings } from './invariants.ts'
import { asFirst, type SecondTry, secondTry } from './second-try.ts'

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

/** The same findings, each with what the second tries make of it. */
export function attributed(facts: Facts, found: readonly Finding[]): Finding[] {
  const suspects = found.filter(isSuspect)
  const { plan } = facts
  if (!found.some((one) => isSuspect(one) || isPassing(one)) || (plan.doubts.length === 0 && !plan.once))
    return [...found]
  const untellable = plan.once ? 'it was not tried a second time, because the stack was to be left up' : gapIn(facts)
  if (untellable !== undefined) return found.map((one) => (isSuspect(one) ? unconfirmed(one, untellable) : one))
  const [confirm, control] = [secondTry(facts, 'confirm'), secondTry(facts, 'control')]
  const confirmed = suspects.filter((one) => confirm.failures.has(idOf(one)))
  return found.flatMap((one) => {
    if (!isSuspect(one)) return isPassing(one) && !lasts(one, confirm) ? [] : [one]
    if (!confirmed.includes(one)) return [notRepeated(one, confirm, confirmed.length > 0)]
    // One that was killed for want of memory fails in the same way.
    if (one.code === 'TARGET_CRASHED' && !confirm.stated)
      return [unconfirmed(one, 'nothing tells how its containers ended the second time')]
    return [againstControl(facts, one, control)]
  })
}

/** What is missing where a step of the upgrade was begun and no end of it is known: it may have told what the failure really was. */
function gapIn({ seen, finished, places, cancelled }: Facts): string | undefined {
  if (cancelled) return undefined
  const begun = seen.flatMap((entry) => (entry.type === 'step-started' ? [places.get(entry.step)] : []))
  const open = begun.find(
    (place) => place && ['hop', 'target'].includes(place.stage.phase) && !finished.has(place.step.id),
  )
  return open && `nothing tells how "${open.step.title}" ended`
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
  // What dies in the end dies there too, and only its state tells.
  if (one.code === 'TARGET_CRASHED' && !control.stated)
    return unconfirmed(one, 'nothing tells how the containers ended without an upgrade')
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
  const isWhole = control.whole && (isDone || !isOfSecondStart(facts, one))
  // The same crash may come later there, in a step of which nothing is known.
  const isReached = isWhole || (isDone && one.code !== 'TARGET_CRASHED')
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

/** The facts that a pass may rest on: where a failure did not repeat itself, those of the second try. */
export function standing(facts: Facts, found: readonly Finding[]): Facts {
  const isFlaky = found.some(({ code }) => code === 'FLAKY_TARGET') && !found.some(isSuspect)
  return isFlaky ? asFirst(facts, 'confirm') : facts
}
