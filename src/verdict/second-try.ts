import type { Entry } from '../run/journal.ts'
import { accused, idOf, isSuspect, storeFindings } from './accused.ts'
import { lastOf } from './data-findings.ts'
import { type Facts, readFacts } from './facts.ts'
import { type Finding, place } from './finding.ts'
import { invariantFindings } from './invariants.ts'
import { restartedOn } from './restart-findings.ts'

type Again = 'confirm' | 'control'

/** What a second try came to. */
export interface SecondTry {
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

/** What the second upgrade, or the same procedure without one, came to. */
export function secondTry(facts: Facts, which: Again): SecondTry {
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

/** The journal as if a second try had been the first one: what came before the upgrade, then that. */
export function asFirst(facts: Facts, which: Again): Facts {
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
