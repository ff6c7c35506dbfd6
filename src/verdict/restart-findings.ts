import { isBookkeeping, isLog } from '../data/bookkeeping.ts'
import type { SchemaDifference } from '../data/change.ts'
import type { Side } from '../plan/plan.ts'
import { allowanceFor, isAlike, nameOf, type StoreChange, sentenceOf, weightOf } from './data-findings.ts'
import { type Facts, type Of, of } from './facts.ts'
import { type Finding, finding, place } from './finding.ts'
import { writtenRows } from './rows.ts'

/** Changes told of one store; more would hide the first ones. */
const mostTold = 3

/** What a second start made of each store on a side. */
export function restartedOn(facts: Facts, side: Side): Of<'restarted'>[] {
  const told = of(facts.all, 'restarted').filter((one) => one.side === side)
  return facts.plan.stores.flatMap((store) => told.findLast((one) => one.store === store) ?? [])
}

/** What a second start changed, without what a second start of the source changes as well. */
export function restartChanges(facts: Facts, side: Side): StoreChange[] {
  const noise = side === 'control' ? [] : restartedOn(facts, 'control')
  return restartedOn(facts, side).flatMap(({ store, unit, step, compared }) => {
    const usual = noise.find((one) => one.store === store)?.compared.changes ?? []
    return compared.changes.flatMap((change): StoreChange[] => {
      const same = usual.find((one) => isAlike(one, change))
      const rows = change.rows - (same?.rows ?? 0)
      // Of what only grows or gets other values, how much is a matter of time.
      if (same && (rows <= 0 || weightOf(change)?.[0] !== 'incompatible')) return []
      const own = same ? { ...change, rows } : change
      const allowed = allowanceFor(facts, store, own)
      return [{ store, unit, step, change: own, ...(allowed ? { allowed } : {}) }]
    })
  })
}

/** What of that is a reason: what is lost, a migration that has more to do, and all else. */
export function restartFindings(facts: Facts, side: Side): Finding[] {
  const changes = restartChanges(facts, side).filter(({ allowed }) => !allowed)
  return restartedOn(facts, side).flatMap((one) => {
    const own = changes.filter(({ store }) => store === one.store)
    return [...losses(own), ...migrations(one, own), ...others(facts, one, own)]
  })
}

function losses(changes: readonly StoreChange[]): Finding[] {
  return changes.flatMap(({ store, unit, step, change }) => {
    const [severity, code] = weightOf(change) ?? []
    if (severity !== 'incompatible' || !code) return []
    const where = place('target', undefined, 'second start', store, nameOf(change), change.kind)
    const message = `${store}: the second start of the target did it: ${sentenceOf(change, unit)}.`
    return [finding(severity, code, message, where, step)]
  })
}

function isMigration({ change: { table, kind } }: StoreChange): boolean {
  return isLog(table) && ['grown', 'duplicated', 'values-changed'].includes(kind)
}

function migrations({ store, step }: Of<'restarted'>, changes: readonly StoreChange[]): Finding[] {
  const own = changes.filter(isMigration)
  if (own.length === 0) return []
  const what = told(own.map(({ change, unit }) => sentenceOf(change, unit)))
  const message = `${store}: the second start of the target migrated once more: ${what}. The migration had not come to its end, or does not know what it has done.`
  return [finding('warning', 'RESTART_MIGRATES', message, place('target', undefined, 'second start', store), step)]
}

function others(facts: Facts, one: Of<'restarted'>, changes: readonly StoreChange[]): Finding[] {
  const { store, step } = one
  const rest = changes.filter(
    (own) =>
      !isBookkeeping(own.change.table) && weightOf(own.change)?.[0] !== 'incompatible' && !isStillAtWork(facts, own),
  )
  const usual = restartedOn(facts, 'control').find((other) => other.store === store)
  const unknown = one.differing.filter((table) => !isBookkeeping(table) && !usual?.differing.includes(table))
  const data = [
    ...rest.map(({ change, unit }) => sentenceOf(change, unit)),
    // What is known of these rows besides stands above.
    ...unknown
      .filter((table) => !changes.some(({ change }) => change.table === table))
      .map((table) => `rows of ${table} are others`),
  ]
  const what = data.length > 0 ? data : schemaChanges(one.compared.schema, usual?.compared.schema)
  if (what.length === 0) return []
  const message = `${store}: the second start of the target changed what was there: ${told(what)}.`
  return [finding('warning', 'RESTART_CHANGES', message, place('target', undefined, 'second start', store), step)]
}

/** What the checks have written is worked on in the background for a while: no more rows of that table have other values. */
function isStillAtWork(facts: Facts, { store, change }: StoreChange): boolean {
  const written = writtenRows(facts)?.stores[store]?.[change.table] ?? 0
  return change.kind === 'values-changed' && change.rows <= written
}

function schemaChanges(now: SchemaDifference, usual: SchemaDifference | undefined): string[] {
  const known = [...(usual?.added ?? []), ...(usual?.removed ?? []), ...(usual?.changed ?? []).map(({ name }) => name)]
  const own = (names: readonly string[], what: string) =>
    names.filter((name) => !known.includes(name)).map((name) => `${name} ${what}`)
  return [
    ...own(now.added, 'is new'),
    ...own(now.removed, 'is gone'),
    ...own(
      now.changed.map(({ name }) => name),
      'is another',
    ),
  ]
}

function told(sentences: readonly string[]): string {
  const more = sentences.length - mostTold
  return sentences.slice(0, mostTold).join('; ') + (more > 0 ? `; and ${more} more` : '')
}
