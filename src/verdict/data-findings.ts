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
  const today = facts.all.at(0)?.at.slice(0, 10) ?? ''
  return lastOf(facts, side).flatMap(({ store, unit, step, compared }) => {
    const usual = noise.find((one) => one.store === store)?.compared.changes ?? []
    return compared.changes.flatMap((change): StoreChange[] => {
      const same = usual.find((one) => isAlike(one, change))
      const rows = change.rows - (same?.rows ?? 0)
      // A table or a column that is gone is gone, however many rows it had.
      if (same && rows <= 0) return []
      const own = same ? { ...change, rows } : change
      const allowed = facts.plan.allowances.find((one) => covers(one, store, own) && today <= one.until)
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

function isAlike(one: DataChange, other: DataChange): boolean {
  return one.table === other.table && one.kind === other.kind && one.column === other.column
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

function weightOf(change: DataChange): readonly [Severity, string] | undefined {
  // That a whole table of it is gone is still worth a word.
  if (isBookkeeping(change.table) && change.kind !== 'table-dropped') return undefined
  if (change.rows > 0) return weights[change.kind]
  return change.kind === 'column-dropped' ? ['warning', 'COLUMN_DROPPED'] : undefined
}

function nameOf({ table, column }: DataChange): string {
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

/** Stores that could not be read, and allowances that are none any more. */
export function dataGaps(facts: Facts): Finding[] {
  return [...facts.plan.stores.flatMap((store) => unreadStore(facts, store)), ...staleAllowances(facts)]
}

function unreadStore(facts: Facts, store: string): Finding[] {
  const unread = of(facts.all, 'uncounted').filter((one) => one.store === store)
  const before = unread.find(({ moment }) => moment === 'baseline')
  const after = unread.find(({ moment }) => moment === 'upgraded')
  const isThere = lastOf(facts, 'target').some((one) => one.store === store)
  if (before) {
    // What nobody asked for may be a guess that is wrong.
    const severity = facts.plan.guessed.includes(store) ? 'warning' : 'inconclusive'
    return [finding(severity, 'DATA_UNREAD', unended(before.why), place('baseline', undefined, store), before.step)]
  }
  if (!after || isThere) return []
  return [finding('inconclusive', 'DATA_UNREAD', unended(after.why), place('target', undefined, store), after.step)]
}

function unended(text: string): string {
  return `${text.replace(/[.\s]+$/, '')}.`
}

/** An allowance that allows nothing hides what the next upgrade does; asked only where all was compared. */
function staleAllowances(facts: Facts): Finding[] {
  const compared = new Set(lastOf(facts, 'target').map(({ store }) => store))
  const today = facts.all.at(0)?.at.slice(0, 10) ?? ''
  const changes = changesOn(facts, 'target')
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
