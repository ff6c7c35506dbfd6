import { isBookkeeping } from '../data/bookkeeping.ts'
import type { ChangeKind, DataChange } from '../data/change.ts'
import type { Allowance, Side } from '../plan/plan.ts'
import { type Facts, type Of, of } from './facts.ts'
import { type Finding, finding, place, type Severity } from './finding.ts'

/** What a change of the data is called in the reasons; what is not listed is told, and is no reason. */
const weights: Partial<Record<ChangeKind, readonly [Severity, string]>> = {
  'table-dropped': ['incompatible', 'DATA_LOST'],
  'rows-lost': ['incompatible', 'DATA_LOST'],
  'column-dropped': ['incompatible', 'DATA_LOST'],
  nulled: ['incompatible', 'DATA_LOST'],
  truncated: ['incompatible', 'DATA_LOST'],
  'characters-lost': ['incompatible', 'DATA_LOST'],
  'sequence-behind': ['incompatible', 'SEQUENCE_BEHIND'],
  're-encoded': ['warning', 'VALUES_CHANGED'],
  'values-changed': ['warning', 'VALUES_CHANGED'],
  duplicated: ['warning', 'ROWS_DUPLICATED'],
}

/** One change of one store, and what was expected of it. */
export interface StoreChange {
  readonly store: string
  readonly unit: string
  readonly step: string
  readonly change: DataChange
  /** Where the store was found to be now. */
  readonly from?: string
  /** The allowance that covers it. */
  readonly allowed?: Allowance
}

/** What a side changed in the data, without what the same procedure changes where nothing is upgraded. */
export function changesOn(facts: Facts, side: Side): StoreChange[] {
  const noise = side === 'target' || side === 'confirm' ? lastOf(facts, 'control') : []
  return lastOf(facts, side).flatMap(({ store, unit, step, compared }) => {
    const usual = noise.find((one) => one.store === store)?.compared.changes ?? []
    return compared.changes.flatMap((change): StoreChange[] => {
      const same = usual.find((one) => isAlike(one, change))
      const rows = change.rows - (same?.rows ?? 0)
      // A table or a column that is gone is gone, however many rows it had.
      if (same && rows <= 0) return []
      const own = same ? { ...change, rows } : change
      const allowed = allowanceFor(facts, store, own)
      const { from } = compared
      return [
        { store, unit, step, change: own, ...(from === undefined ? {} : { from }), ...(allowed ? { allowed } : {}) },
      ]
    })
  })
}

/** The last account of each store on a side. */
export function lastOf(facts: Facts, side: Side): Of<'data'>[] {
  const told = of(facts.all, 'data').filter((one) => one.side === side)
  return facts.plan.stores.flatMap((store) => told.findLast((one) => one.store === store) ?? [])
}

/** Whether two changes are about the same, whatever their extent. */
export function isAlike(one: DataChange, other: DataChange): boolean {
  return one.table === other.table && one.kind === other.kind && one.column === other.column
}

/** What says that a change is meant, as long as that holds. */
export function allowanceFor(facts: Facts, store: string, change: DataChange): Allowance | undefined {
  const today = dayOf(facts)
  return facts.plan.allowances.find((one) => covers(one, store, change) && today <= one.until)
}

/** The day of the rehearsal, `2026-01-31`. */
export function dayOf({ all }: Facts): string {
  return all.at(0)?.at.slice(0, 10) ?? ''
}

function covers(allowance: Allowance, store: string, change: DataChange): boolean {
  const { table, column, change: kind } = allowance
  return (
    allowance.store === store &&
    table === change.table &&
    kind === change.kind &&
    (column === undefined || column === change.column)
  )
}

/** What of that is a reason. */
export function dataFindings(facts: Facts, side: Side): Finding[] {
  return changesOn(facts, side).flatMap(({ store, unit, step, change, from, allowed }) => {
    const [severity, code] = weightOf(change) ?? []
    if (allowed || !severity || !code) return []
    const where = place('target', undefined, store, nameOf(change), change.kind)
    const moved = from === undefined ? '' : `; the application goes on with ${from}, which no volume keeps`
    return [finding(severity, code, `${store}: ${sentenceOf(change, unit)}${moved}.`, where, step)]
  })
}

/** What a change is called in the reasons, and how much it weighs; undefined where it is none. */
export function weightOf(change: DataChange): readonly [Severity, string] | undefined {
  // That a whole table of it is gone is still worth a word.
  if (isBookkeeping(change.table) && change.kind !== 'table-dropped') return undefined
  if (change.rows > 0) return weights[change.kind]
  return change.kind === 'column-dropped' ? ['warning', 'COLUMN_DROPPED'] : undefined
}

/** `table.column`, or the table alone. */
export function nameOf({ table, column }: DataChange): string {
  return column === undefined ? table : `${table}.${column}`
}

/** A change in words, without its full stop. */
export function sentenceOf(change: DataChange, unit: string): string {
  const { kind, rows, of: all, atLeast, to } = change
  const name = nameOf(change)
  const many = `${atLeast ? 'at least ' : ''}${rows} of ${all}`
  return `${told[kind]({ name, many, rows, all, unit, to: to ?? '' })}${examples(change)}`
}

interface Words {
  readonly name: string
  readonly many: string
  readonly rows: number
  readonly all: number
  readonly unit: string
  readonly to: string
}

const told: Readonly<Record<ChangeKind, (words: Words) => string>> = {
  'table-dropped': ({ name, rows, unit }) => `${name} is gone with its ${rows} ${unit}`,
  'rows-lost': ({ name, many, unit }) => `${name} has lost ${many} ${unit}`,
  'column-dropped': ({ name, many }) => `${name} is gone, and ${many} rows had a value of their own in it`,
  nulled: ({ name, many }) => `${name} is empty in ${many} rows that had a value`,
  truncated: ({ name, many }) => `${name} was cut off in ${many} rows`,
  'characters-lost': ({ name, many }) => `${name} has lost characters in ${many} rows`,
  'sequence-behind': ({ name, rows }) =>
    `the counter of ${name} is ${rows} behind the greatest number that is taken: the next new row fails`,
  're-encoded': ({ name, many }) => `${name} has the same text in another encoding in ${many} rows`,
  'values-changed': ({ name, many }) => `${name} has another value in ${many} rows`,
  touched: ({ name, many }) => `${name} was set to a time of this rehearsal in ${many} rows`,
  duplicated: ({ name, rows, all, unit }) => `${name} has ${rows} ${unit} twice that were there once, of ${all}`,
  'table-renamed': ({ name, to }) => `${name} is called ${to} now`,
  'column-renamed': ({ name, to }) => `${name} is called ${to} now`,
  grown: ({ name, rows, all, unit }) => `${name} has ${rows} ${unit} more than its ${all}`,
  'table-added': ({ name, rows, unit }) => `${name} is new, with ${rows} ${unit}`,
  'column-added': ({ name }) => `${name} is new`,
}

function examples({ keys = [], sample = [], rows }: DataChange): string {
  const [first] = sample
  const which = keys.length === 0 ? '' : `: ${keys.join('; ')}${rows > keys.length ? ' …' : ''}`
  const how = first ? `, such as ${first.before} that became ${first.after}` : ''
  return which || how ? ` (${`${which}${how}`.replace(/^[:,] /, '')})` : ''
}
