import { changesOn, lastOf, sentenceOf } from './data-findings.ts'
import type { Facts } from './facts.ts'
import { freshEvidence } from './fresh-install.ts'
import { invariantEvidence } from './invariants.ts'
import type { DataEvidence } from './verdict.ts'

/** What became of each store, for people and for machines. */
export function dataEvidence(facts: Facts): DataEvidence {
  const changes = changesOn(facts, 'target')
  const stores = lastOf(facts, 'target').map(({ store, unit, compared }) => {
    const own = changes.filter((one) => one.store === store)
    const allowed = own.flatMap(({ change, allowed }) =>
      allowed ? [{ what: sentenceOf(change, unit), because: allowed.because, until: allowed.until }] : [],
    )
    return { ...compared, store, unit, changes: own.map(({ change }) => change), allowed }
  })
  return {
    compared: stores.map(({ store, tables, rows, unit, preserved }) => {
      return `${store}: ${rows} ${unit}${tables > 1 ? ` in ${tables} tables, ${preserved} of them as before` : ''}`
    }),
    changed: changes.map(({ store, unit, change }) => `${store}: ${sentenceOf(change, unit)}`),
    stores,
    invariants: invariantEvidence(facts),
    fresh: freshEvidence(facts),
  }
}
