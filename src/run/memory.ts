import type { Fingerprint } from '../data/print.ts'
import type { Kept } from '../invariants/kept.ts'

/** What a rehearsal knows when a state is reached, and needs again to go on from it. */
export interface Memory {
  readonly scene: SceneMemory
  /** By store. */
  readonly prints: ReadonlyMap<string, Fingerprint>
  readonly measures: MeasuresMemory
}

export interface SceneMemory {
  /** By side. */
  readonly captured: ReadonlyMap<string, ReadonlyMap<string, string>>
  readonly release: number
  readonly upgraded: boolean
  readonly signedIn: Readonly<Record<string, string>> | undefined
  /** How long steps of the procedure took, milliseconds. */
  readonly durations: ReadonlyMap<string, number>
  /** How often logs went into a folder. */
  readonly logs: ReadonlyMap<string, number>
}

export interface MeasuresMemory {
  readonly key: Uint8Array
  readonly baseline: ReadonlyMap<number, Kept>
}
