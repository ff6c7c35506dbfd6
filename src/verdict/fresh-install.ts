import type { Drift } from '../data/schema-drift.ts'
import { type Facts, type Of, of } from './facts.ts'
import { type Finding, finding, oneLine, place } from './finding.ts'
import type { FreshEvidence } from './verdict.ts'

/** So many differences are spelled out in a reason; all of them are in the evidence. */
const toldDrifts = 5

/** What a fresh install has otherwise than the upgraded stores: worth a look, and never the end of an upgrade. */
export function freshFindings(facts: Facts): Finding[] {
  const compared = of(facts.fresh, 'schema').flatMap((one) => {
    const { store, step, drift = [] } = one
    if (one.why !== undefined) return [uncompared(`${store}: ${one.why}`, step)]
    if (drift.length === 0) return []
    const which = drift.slice(0, toldDrifts).map(sentence).join('; ')
    const more = drift.length > toldDrifts ? `; and ${drift.length - toldDrifts} more in verdict.json` : ''
    const message = `${store}: the schema after the upgrade is not that of a fresh install: ${which}${more}.`
    return [finding('warning', 'SCHEMA_DRIFT', message, place('fresh', undefined, store), step)]
  })
  const failure = failureOf(facts)
  return failure ? [...compared, uncompared(failure.why, failure.step)] : compared
}

function uncompared(why: string, step: string): Finding {
  const message = `The fresh install was not compared: ${oneLine(why).replace(/[.\s]+$/, '')}.`
  return finding('warning', 'SCHEMA_UNCOMPARED', message, place('fresh', undefined), step)
}

function failureOf({ fresh }: Facts): { readonly why: string; readonly step: string } | undefined {
  const failed = of(fresh, 'step-finished').find(({ outcome }) => outcome === 'failed')
  return failed && { why: failed.problem?.message ?? 'it failed without saying why', step: failed.step }
}

/** What differs, without its full stop. */
export function sentence({ what, upgraded, fresh }: Drift): string {
  if (fresh === undefined) return `${what} is only in the upgraded one`
  if (upgraded === undefined) return `${what} is only in the fresh one`
  return `${what} is "${short(upgraded)}" in the upgraded one and "${short(fresh)}" in the fresh one`
}

function short(definition: string): string {
  const line = definition.replace(/\s+/g, ' ').trim()
  return line.length > 80 ? `${line.slice(0, 80)}…` : line
}

export function freshEvidence(facts: Facts): FreshEvidence[] {
  return of(facts.fresh, 'schema').flatMap(({ store, parts, drift }: Of<'schema'>) =>
    drift === undefined ? [] : [{ store, parts: parts ?? 0, drift }],
  )
}

/** Why a fresh install that was wanted has told nothing; undefined where it has, or where nobody wanted one. */
export function freshGap(facts: Facts): string | undefined {
  if (!facts.plan.coverage.fresh) return undefined
  if (facts.plan.fresh.length === 0) return 'the upgraded stack was to be left up'
  const unread = of(facts.fresh, 'schema').find(({ why }) => why !== undefined)?.why
  const isCompared = of(facts.fresh, 'schema').length > 0
  return failureOf(facts)?.why ?? unread ?? (isCompared ? undefined : 'the rehearsal did not get that far')
}
