import { lastOf } from './data-findings.ts'
import { containersAt, type Facts, of, secondStart, smokeChecks, startsTwice } from './facts.ts'
import { freshEvidence, freshGap } from './fresh-install.ts'
import { invariantEvidence } from './invariants.ts'
import { unreadableLogs } from './log-findings.ts'
import type { CoverageEvidence } from './verdict.ts'
import { watchedFor } from './watched.ts'
import type { WayOutcome } from './ways-back.ts'

/** What a verdict rests on, and what nobody looked at: a green one is worth no more than that. */
export function coverageEvidence(facts: Facts, ways: readonly WayOutcome[]): CoverageEvidence {
  const { plan } = facts
  const compared = lastOf(facts, 'target')
  const fresh = freshGap(facts)
  const invariants = invariantEvidence(facts)
  const unread = plan.stores.filter((store) => !compared.some((one) => one.store === store))
  const tried = ways.filter(({ outcome }) => outcome !== 'not-run')
  const made = smokeChecks(facts, 'target').length
  const watched = watchedFor(facts)
  const unpinned = (plan.releases.at(-1)?.images ?? []).filter(({ service, reference }) => {
    return plan.releases.at(0)?.images.some((one) => one.service === service && one.reference === reference)
  })
  return {
    checked: [
      ...(made > 0 ? [`${made} checks on both sides`] : []),
      ...watched.checked,
      ...(containersAt(facts, 'target', 'end', secondStart) ? ['a second start of the target'] : []),
      ...compared.map(({ store, compared }) => `the data in ${store}: ${compared.tables} tables`),
      ...invariants
        .filter(({ outcome }) => outcome !== 'unknown')
        .map(({ title, rule }) => `${title} by the rule "${rule}"`),
      ...freshEvidence(facts).map(
        ({ store, parts }) => `the schema of ${store} beside a fresh install: ${parts} parts`,
      ),
      ...tried.map(({ way, outcome }) => `the way back "${way.id}": ${outcome}`),
    ],
    unchecked: [
      ...plan.coverage.services
        .filter(({ checks }) => checks === 0)
        .map(({ service }) => ({ what: `service ${service}`, why: 'no check of the smoke suite names it' })),
      ...plan.coverage.volumes
        .filter(({ stores }) => !stores.some((store) => compared.some((one) => one.store === store)))
        .map(({ volume, stores }) => ({ what: `volume ${volume}`, why: whyNoPrint(stores) })),
      ...unread.map((store) => ({ what: `the data in ${store}`, why: whyUnread(facts, store) })),
      ...compared.flatMap(({ store, compared }) =>
        compared.uncompared.map(({ table, why }) => ({ what: `the rows of ${table} in ${store}`, why })),
      ),
      ...invariants
        .filter(({ outcome }) => outcome === 'unknown')
        .map(({ title, rule, found }) => ({ what: `${title} by the rule "${rule}"`, why: found })),
      ...(plan.stores.length === 0 ? [{ what: 'the data', why: 'no store is known; name it under "data"' }] : []),
      ...(fresh === undefined ? [] : [{ what: 'the schema of a fresh install', why: fresh }]),
      ...ways
        .filter(({ outcome }) => outcome === 'not-run')
        .map(({ way, problem }) => ({ what: `the way back "${way.id}"`, why: problem?.message ?? 'it was not tried' })),
      ...(ways.length === 0 ? [{ what: 'the way back', why: 'none is configured' }] : []),
      ...watched.unchecked,
      ...secondStartGap(facts),
      ...unreadableLogs(facts).map((service) => ({
        what: `new errors in the log of ${service}`,
        why: 'it logs too many kinds of errors before the upgrade',
      })),
      ...unpinned.map(({ service }) => ({ what: `another image of ${service}`, why: 'the pin does not move it' })),
    ],
  }
}

function whyNoPrint(stores: readonly string[]): string {
  if (stores.length === 0) return 'no fingerprint is taken of what is in it; name it under "data"'
  return `there is no fingerprint of ${stores.join(', ')}`
}

function secondStartGap(facts: Facts): CoverageEvidence['unchecked'] {
  const isDone = containersAt(facts, 'target', 'end', secondStart) !== undefined
  if (isDone) return []
  const why = startsTwice(facts) ? 'the target did not get that far' : 'the plan leaves it out'
  return [{ what: 'a second start of the target', why }]
}

function whyUnread(facts: Facts, store: string): string {
  return of(facts.all, 'uncounted').find((one) => one.store === store)?.why ?? 'the upgrade did not get that far'
}
