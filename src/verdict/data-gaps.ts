import { changesOn, dayOf, lastOf } from './data-findings.ts'
import { type Facts, of, startsTwice } from './facts.ts'
import { type Finding, finding, place } from './finding.ts'
import { restartChanges, restartedOn } from './restart-findings.ts'

/** Stores that could not be read, and allowances that are none any more. */
export function dataGaps(facts: Facts): Finding[] {
  const stores = facts.plan.stores.flatMap((store) => [...unreadStore(facts, store), ...unreadAgain(facts, store)])
  return [...stores, ...staleAllowances(facts)]
}

function unreadStore(facts: Facts, store: string): Finding[] {
  const unread = of(facts.all, 'uncounted').filter((one) => one.store === store)
  const before = unread.find(({ moment }) => moment === 'baseline')
  const after = unread.find(({ moment }) => moment === 'upgraded')
  const isThere = lastOf(facts, 'target').some((one) => one.store === store)
  // An image alone tells of it: that it can't be read is told in what was not looked at, and is news where it could be before.
  const isByImage = facts.plan.byImage?.includes(store) === true
  if (before) {
    if (isByImage && !isThere) return []
    // What nobody asked for may be a guess that is wrong.
    const severity = facts.plan.guessed.includes(store) ? 'warning' : 'inconclusive'
    return [finding(severity, 'DATA_UNREAD', unended(before.why), place('baseline', undefined, store), before.step)]
  }
  if (!after || isThere) return []
  const severity = isByImage ? 'warning' : 'inconclusive'
  return [finding(severity, 'DATA_UNREAD', unended(after.why), place('target', undefined, store), after.step)]
}

/** It could be read before: whatever keeps it from being read now may have become of the data as well. */
function unreadAgain(facts: Facts, store: string): Finding[] {
  const why = of(facts.all, 'uncounted').find((one) => one.store === store && one.moment === 'restarted')
  const isThere = restartedOn(facts, 'target').some((one) => one.store === store)
  if (!why || isThere || !lastOf(facts, 'target').some((one) => one.store === store)) return []
  return [
    finding(
      'inconclusive',
      'DATA_UNREAD',
      unended(why.why),
      place('target', undefined, 'second start', store),
      why.step,
    ),
  ]
}

function unended(text: string): string {
  return `${text.replace(/[.\s]+$/, '')}.`
}

/** An allowance that allows nothing hides what the next upgrade does; asked only where all was compared. */
function staleAllowances(facts: Facts): Finding[] {
  const compared = new Set(lastOf(facts, 'target').map(({ store }) => store))
  const today = dayOf(facts)
  const changes = [...changesOn(facts, 'target'), ...restartChanges(facts, 'target')]
  return facts.plan.allowances.flatMap((one) => {
    if (!compared.has(one.store)) return []
    const what = `${one.change} of ${one.table}${one.column === undefined ? '' : `.${one.column}`} in ${one.store}`
    if (one.until < today)
      return [finding('warning', 'ALLOWANCE_EXPIRED', `The allowance for ${what} ended on ${one.until}.`, one.at)]
    if (changes.some(({ allowed }) => allowed === one)) return []
    return [finding('warning', 'ALLOWANCE_UNUSED', `Nothing needs the allowance for ${what} any more.`, one.at)]
  })
}

/** A fingerprint that was to be compared and that the journal tells nothing of. */
export function missingPrints(facts: Facts): Finding[] {
  const told = new Set([...lastOf(facts, 'target'), ...of(facts.all, 'uncounted')].map(({ store }) => store))
  const planned = facts.plan.stages.some(({ steps }) => steps.some((step) => step.do === 'fingerprint'))
  if (!planned) return []
  return facts.plan.stores
    .filter((store) => !told.has(store))
    .map((store) => {
      const why = facts.plan.once ? ': its large tables can only be compared where nothing is left up' : ''
      return finding(
        'inconclusive',
        'EVIDENCE_LOST',
        `Nothing tells what became of the data in ${store}${why}.`,
        place('target', undefined, store),
      )
    })
}

/** The same of a second start. */
export function missingRestarts(facts: Facts): Finding[] {
  if (!startsTwice(facts)) return []
  const told = new Set(restartedOn(facts, 'target').map(({ store }) => store))
  const unread = new Set(of(facts.all, 'uncounted').map(({ store }) => store))
  return facts.plan.stores
    .filter((store) => !told.has(store) && !unread.has(store))
    .map((store) => {
      const message = `Nothing tells what the second start made of the data in ${store}.`
      return finding('inconclusive', 'EVIDENCE_LOST', message, place('target', undefined, 'second start', store))
    })
}
