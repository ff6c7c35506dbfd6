import type { Files } from '../../test/itg/harness.ts'
import type { Ran } from './ran.ts'
import type { Scene } from './scene.ts'

/** What a rehearsal in which something goes wrong has to end with. */
export interface Promised {
  /** Absent where the run is killed before it can judge, or the configuration can't be used. */
  readonly verdict: 'compatible' | 'compatible-with-warnings' | 'incompatible' | 'inconclusive'
  /** Of the first reason; without it there may be none. */
  readonly code?: string
  /** What the output or a reason says of the cause. */
  readonly says?: RegExp
  /** Where it is not the verdict's own. `killed`: the run could not say. */
  readonly exit?: number | 'killed'
  /** Outcomes of ways back. */
  readonly rollback?: Readonly<Record<string, string>>
}

/** What is rehearsed: the same small note keeper, in one container with SQLite, or as a Compose project on PostgreSQL. */
export type App = 'sqlite' | 'postgres'

/** A fault in one of the ways in which it can strike. */
export interface Choice {
  readonly app: App
  readonly phase: string
  /** Milliseconds after the phase has begun. */
  readonly delay: number
}

/** Something that goes wrong for real, and what is promised for it. Several may belong to one entry of the catalogue. */
export interface Fault {
  /** Of the catalogue in the design, 1 to 42. */
  readonly number: number
  readonly title: string
  readonly promise: Promised | ((choice: Choice) => Promised)
  /** The capability that it waits for. */
  readonly pending?: string
  /** It needs what there is only once: nothing else may run beside it. */
  readonly alone?: true
  /** Too slow, or too heavy, to be picked at random. */
  readonly chosenOnly?: true
  /** Those it can strike in; without any it strikes wherever it does. */
  readonly phases?: readonly string[]
  /** Those it can strike; the first where nothing is picked. */
  readonly apps: readonly [App, ...App[]]
  inject(scene: Scene, choice: Choice): Promise<Ran>
}

/** One fault to inject. */
export interface Trial extends Choice {
  readonly fault: Fault
}

export const both = ['sqlite', 'postgres'] as const

/** A fault that is no more than a configuration and its files. */
export function rehearsing(files: (app: App) => Files | Promise<Files>): Fault['inject'] {
  return async (scene, { app }) => {
    await scene.write(await files(app))
    return await scene.rehearse()
  }
}

export function promiseOf({ fault, ...choice }: Trial): Promised {
  return typeof fault.promise === 'function' ? fault.promise(choice) : fault.promise
}

/** `SIGINT, in the restore (postgres)`. */
export function nameOf({ fault, app, phase, delay }: Trial): string {
  const parts = [phase === '' ? '' : `in ${phase}`, delay > 0 ? `after ${delay} ms` : ''].filter(Boolean)
  return `${[fault.title, ...parts].join(', ')}${fault.apps.length > 1 ? ` (${app})` : ''}`
}

/** Every way of a fault in which it strikes without being picked: each phase, on the first application. */
export function trialsOf(fault: Fault): Trial[] {
  return (fault.phases ?? ['']).map((phase) => ({ fault, app: fault.apps[0], phase, delay: 0 }))
}
