import { missing, written } from '../data/compare.ts'
import type { Problem } from '../errors.ts'
import type { Moment, Stage, Way } from '../plan/plan.ts'
import type { Entry } from '../run/journal.ts'
import { type Facts, type Of, of } from './facts.ts'
import { entriesOf } from './way-stages.ts'

type Counts = Readonly<Record<string, number>>

/** What was written after the upgrade. */
export interface Written {
  readonly stores: Readonly<Record<string, Counts>>
  readonly total: number
  /** `rows`, `keys`, `objects`, `files`; `records` for different ones together. */
  readonly unit: string
}

/** By store and table; undefined where nobody counted. */
export function writtenRows(facts: Facts): Written | undefined {
  const [before, after] = [countedAt(facts.seen, 'upgraded'), countedAt(facts.seen, 'written')]
  const known = [...after].filter(([store]) => before.has(store))
  if (known.length === 0) return undefined
  const grown = known.map(([store, { counts }]) => [store, written(before.get(store)?.counts ?? {}, counts)] as const)
  const units = new Set(known.map(([, { unit }]) => unit))
  return {
    stores: Object.fromEntries(
      grown.map(([store, { tables }]) => [store, Object.fromEntries(tables.map(({ name, rows }) => [name, rows]))]),
    ),
    total: grown.reduce((sum, [, { total }]) => sum + total, 0),
    unit: units.size === 1 ? ([...units][0] as string) : 'records',
  }
}

/** How much of that is gone on a way back: all of it, or what counting does not find again; undefined where nobody counted. */
export function lostRows(facts: Facts, way: Way, stages: readonly Stage[]): number | undefined {
  const since = writtenRows(facts)
  if (!since || way.writes === 'none') return undefined
  if (way.writes === 'lost') return since.total
  const back = countedAt(
    stages.flatMap((stage) => entriesOf(facts, stage)),
    'back',
  )
  let lost = 0
  for (const [store, tables] of Object.entries(since.stores)) {
    // A way back starts from what a second start has left.
    const left = countedAt(facts.seen, 'restarted').get(store) ?? countedAt(facts.seen, 'written').get(store)
    const [after, found] = [left, back.get(store)]
    if (!after || !found) return undefined
    for (const [name, rows] of Object.entries(tables)) {
      lost += Math.max(0, Math.min(rows, (after.counts[name] ?? 0) - (found.counts[name] ?? 0)))
    }
  }
  return lost
}

/** What of the baseline a way back has not found again, as a sentence; or what kept that from being seen. */
export interface FoundAgain {
  readonly missing?: string
  readonly problem?: Problem
}

/**
 * Compares a way back with the baseline. What the old release itself removes when it starts shows on the restored
 * checkpoint too, and is no loss.
 */
export function foundAgain(facts: Facts, stage: Stage, own: readonly Entry[]): FoundAgain {
  const finds = facts.plan.ways.find(({ id }) => id === stage.way)?.finds ?? 'nothing'
  if (finds === 'nothing' || !stage.steps.some((step) => step.do === 'count')) return {}
  const [before, back] = [countedAt(facts.seen, 'baseline'), countedAt(own, 'back')]
  for (const [store, { counts, unit }] of back) {
    const had = before.get(store)?.counts ?? {}
    const isEmpty = Object.values(counts).every((rows) => rows === 0)
    if (isEmpty && Object.values(had).some((rows) => rows > 0))
      return { missing: `${store} is empty, before the upgrade it was not` }
    // Keys of a cache have an end of their own.
    if (finds === 'stores' || unit === 'keys') continue
    const short = missing(had, counts).find(({ name, before, after = 0 }) => {
      return after < Math.min(before, restartedWith(facts, store, name))
    })
    if (short) {
      const now = short.after === undefined ? `no ${short.name} any more` : `${short.after} ${unit} in ${short.name}`
      return {
        missing: `${store} has ${now}, before the upgrade it had ${short.before}${short.after === undefined ? ` ${unit}` : ''}`,
      }
    }
  }
  const problem = facts.plan.stores.map((store) => unseen(facts, own, store)).find(Boolean)
  return problem ? { problem } : {}
}

/** What could not be counted before the upgrade either is compared with nothing. */
function unseen({ seen }: Facts, own: readonly Entry[], store: string): Problem | undefined {
  const why = (entries: readonly Entry[], moment: Moment) =>
    of(entries, 'uncounted').find((one) => one.moment === moment && one.store === store)?.why
  if (!countedAt(seen, 'baseline').has(store)) {
    if (why(seen, 'baseline') !== undefined) return undefined
    return { code: 'EVIDENCE_LOST', message: `nothing tells what ${store} held before the upgrade` }
  }
  if (countedAt(own, 'back').has(store)) return undefined
  const message = why(own, 'back')
  if (message === undefined) return { code: 'EVIDENCE_LOST', message: `nothing tells what ${store} holds on it` }
  return { code: 'DATA_UNREAD', message }
}

/** Rows that a table had after the checkpoint was restored and started, where that was tried. */
function restartedWith(facts: Facts, store: string, name: string): number {
  const ways = new Set(facts.plan.ways.filter(({ kind }) => kind === 'restore').map(({ id }) => id))
  const counted = facts.plan.back
    .filter(({ way }) => ways.has(way ?? ''))
    .flatMap((stage) => countedAt(entriesOf(facts, stage), 'back').get(store) ?? [])
  return Math.min(...counted.map(({ counts }) => counts[name] ?? 0), Number.POSITIVE_INFINITY)
}

function countedAt(entries: readonly Entry[], moment: Moment): Map<string, Of<'count'>> {
  return new Map(of(entries, 'count').flatMap((one) => (one.moment === moment ? [[one.store, one]] : [])))
}
