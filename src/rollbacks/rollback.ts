import { z } from 'zod'
import { text } from '../fields/index.ts'
import type { Moment, Way } from '../plan/plan.ts'
import { type Entry, type HopInput, type Named, needsSourceRunning, type StrategyStep } from '../strategies/strategy.ts'

/** A state of the rehearsal that a way back may start from: before the upgrade, before its last hop, after it. */
export type State = 'baseline' | 'before' | 'upgraded'

/** What a way back is made of. Numbers are places in the plan's releases. */
export interface WayInput {
  /** The release to go back to. */
  readonly source: { readonly release: number; readonly version: string }
  readonly target: { readonly release: number; readonly version: string }
  /** The last hop: the one that is broken or interrupted. */
  readonly hop: HopInput
  /** Version that the last hop starts from. */
  readonly before: { readonly release: number; readonly version: string }
  /** The steps of the last hop. */
  readonly procedure: readonly StrategyStep[]
  /** Waits for a release that was started and proves which it is. */
  readonly arrival: (release: number) => readonly StrategyStep[]
  /** The smoke suite, sign-in included. */
  readonly smoke: readonly StrategyStep[]
  /** Counts the rows of what is known, if anything is. */
  readonly count: (moment: Moment) => readonly StrategyStep[]
  /** A release on new volumes, filled from fixtures that begin at this place of the plan's list, started and ready. */
  readonly filled: (fixtures: readonly Entry[], first: number) => readonly StrategyStep[]
  /** Whether a fixture at a place of the plan's list is loaded with or into a service. */
  readonly loads: (fixture: number, service: string) => boolean
  readonly graceMs: number
  /** Place of the way's own first fixture in the plan's list. */
  readonly firstFixture: number
}

/** One stage of a way back. */
export interface Part {
  readonly key: string
  /** The state, or the part, that it needs. */
  readonly after: string
  /** Id of the way whose outcome it decides; a part without one only prepares others. */
  readonly way?: string
  readonly title: string
  readonly steps: readonly StrategyStep[]
  readonly failing?: true
  /** It differs from one before it only in its moment. */
  readonly repeats?: true
}

/** A kind of way back; pure. */
export interface RollbackKind<Options> {
  readonly name: string
  /** One or two sentences for the reference. */
  readonly summary: string
  /** YAML of one list entry; a test validates it. */
  readonly example: string
  readonly schema: z.ZodType<Options>
  /** What it names besides its steps; `services` are the target's, `sourceServices` the source's. */
  named?(options: Options): Named
  /** Images that are needed besides those of the releases. */
  images?(options: Options): readonly string[]
  /** The checkpoints that it forks. */
  readonly needs: readonly State[]
  ways(options: Options): readonly Omit<Way, 'kind'>[]
  parts(input: WayInput, options: Options): readonly Part[]
}

/** Keeps the option type of a kind while the family holds kinds of every type. */
export function defineRollback<Options>(kind: RollbackKind<Options>): RollbackKind<Options> {
  return kind
}

/** Names that mean something else already: the kinds, and the states that ways back start from. */
export const takenNames = [
  ...['image', 'restore', 'backup', 'files', 'command', 'automatic', 'interrupted'],
  ...['baseline', 'before', 'upgraded', 'target'],
]
/** A folder of the report is called after it, and parts of the way get a name of their own behind a dot. */
const name = text
  .regex(/^[a-zA-Z][\w-]*$/, 'write one word of letters, digits, "-" and "_"')
  .refine((given) => !takenNames.includes(given), { error: 'this name has a meaning of its own; write another one' })
const claim = z.enum(['works', 'fails', 'observe'], { error: 'write "works", "fails" or "observe"' })
/** What the documentation of the system claims. */
export const expect = claim.default('observe')
/** Options of every way back. */
export const wayFields = { name: name.optional(), expect }

/** The old release on what the volumes hold: started, ready, counted, asked. */
export function oldRelease(input: WayInput): StrategyStep[] {
  const { source } = input
  return [
    { do: 'create', release: source.release, title: `change the pin back to ${source.version}` },
    { do: 'start', title: `start ${source.version}` },
    ...input.arrival(source.release),
    ...input.count('back'),
    ...input.smoke,
  ]
}

/** The release before the last hop, running where the procedure has something to do with it. */
export function sourceFor({ before, procedure, arrival }: WayInput): StrategyStep[] {
  const create: StrategyStep = { do: 'create', release: before.release, title: `create ${before.version}` }
  if (!needsSourceRunning(procedure)) return [create]
  return [create, { do: 'start', title: `start ${before.version}` }, ...arrival(before.release)]
}

/** Puts the stack back to a state. */
export function forkOf(name: string, what: string): StrategyStep {
  return { do: 'fork', name, title: `fork the checkpoint ${what}` }
}
