import type { Step } from '../plan/plan.ts'
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
  /** Whether it is known how its containers were when it had ended. */
  readonly stated: boolean
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
  const stages = facts.plan.doubts.filter(({ phase }) => phase === which)
  const planned = stages
    .filter(({ secondStart }) => !(secondStart && which === 'control'))
    .flatMap(({ steps }) => steps)
  const done = doneOf(
    stages.flatMap(({ steps }) => steps),
    entries,
  )
  const prefix = `${which}.`
  return {
    begun: entries.length > 0,
    whole: planned.length > 0 && planned.every(({ id }) => done.has(id)),
    failures: new Set([...found, ...data, ...broken].filter(isSuspect).map(idOf)),
    told: new Set(data.map(idOf)),
    obstacle: found.find((one) => one.severity === 'inconclusive' && !isSuspect(one)),
    done: new Set([...done].map((id) => id.slice(prefix.length))),
    stated: entries.some((entry) => entry.type === 'containers' && entry.moment === 'end'),
    compared: [
      ...lastOf(facts, which).map(({ store }) => place('target', undefined, store)),
      ...restartedOn(facts, which).map(({ store }) => place('target', undefined, 'second start', store)),
    ].map((where) => `${where} · `),
  }
}

/** Steps that went through. One that was to see something, and of which nothing tells what it saw, proves nothing. */
function doneOf(steps: readonly Step[], entries: readonly Entry[]): Set<string> {
  const through = new Set<string>()
  const told = new Set<string>()
  for (const entry of entries) {
    if (entry.type === 'step-finished' && entry.outcome === 'done') through.add(entry.step)
    if (entry.type === 'check' || entry.type === 'value') told.add(entry.step)
  }
  const sees = (step: Step) => step.do === 'check' || step.do === 'measure'
  return new Set(steps.filter((step) => through.has(step.id) && (!sees(step) || told.has(step.id))).map(({ id }) => id))
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
