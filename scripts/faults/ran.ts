import type { Entry } from '../../src/run/journal.ts'
import type { Verdict } from '../../src/verdict/verdict.ts'

/** What one run of the command line left to look at. */
export interface Ran {
  /** Null where a signal ended it. */
  readonly exitCode: number | null
  readonly output: string
  /** Of the report; undefined where there is none, or one that is no JSON. */
  readonly verdict: Verdict | undefined
  readonly entries: readonly Entry[]
  /** The report folder. */
  readonly reports: string
  readonly ms: number
  /** The most memory that the program itself held; bytes. */
  readonly peak: number
}

/** Digests or ids of what ran, in the order in which it was proven. */
export function provenImages({ entries }: Ran): string[] {
  return entries.flatMap((entry) => (entry.type === 'proof' ? entry.services.map(({ running }) => running) : []))
}

/** Whether any container of the stack was looked at or checked: nothing may run before images and backups are there. */
export function hasRun({ entries }: Ran): boolean {
  return entries.some(({ type }) => type === 'containers' || type === 'proof')
}
