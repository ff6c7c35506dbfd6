import type { Side } from '../plan/plan.ts'
import { blame } from './blame.ts'
import { dataFindings } from './data-findings.ts'
import { judgeEndState } from './end-state.ts'
import type { Facts } from './facts.ts'
import type { Finding } from './finding.ts'
import { judgeProofs } from './proof.ts'
import { restartFindings } from './restart-findings.ts'

/** What the upgrade itself is accused of, by one try. */
export function accused(facts: Facts): Finding[] {
  const blamed = blame(facts)
  // A wrong image that a step has told of already is told once.
  const proven = judgeProofs(facts).filter((one) => !blamed.some((other) => other.code === one.code))
  const excused = blamed.some((one) => one.code === 'ENGINE_LOST' || one.code === 'BASELINE_RED')
  return excused ? blamed : [...blamed, ...proven, ...judgeEndState(facts)]
}

/** What became of the data on a side, in the upgrade and by a second start. */
export function storeFindings(facts: Facts, side: Side): Finding[] {
  return [...dataFindings(facts, side), ...restartFindings(facts, side)]
}

/** A failure that has to happen twice, and not without the upgrade, before it is called the upgrade's. */
export function isSuspect({ severity, code, where }: Finding): boolean {
  return severity === 'incompatible' || (code === 'TIMEOUT' && /^(target|hop)/.test(where))
}

export const aboutData = ['DATA_LOST', 'SEQUENCE_BEHIND']
/** What a job of the application's own may do to its data at any moment, and an upgrade each time. */
const maybePassing = ['VALUES_CHANGED', 'ROWS_DUPLICATED', 'RESTART_CHANGES', 'RESTART_MIGRATES']

export function isPassing({ code }: Finding): boolean {
  return maybePassing.includes(code)
}

/** What tells one failure from another: data is compared in another step where tables are large. */
export function idOf({ code, where, step }: Finding): string {
  // The same crash may be seen while everything starts, while it is waited for, or at the end.
  if (code === 'TARGET_CRASHED')
    return `${code} ${step === undefined ? where : where.split(' · ').slice(0, -1).join(' · ')}`
  // An invariant is asked in a step of its own each time.
  const isPlaced = [...aboutData, ...maybePassing, 'INVARIANT_BROKEN'].includes(code)
  return isPlaced ? `${code} ${where}` : `${code} ${where} ${step ?? ''}`
}
