import { createHmac, randomBytes } from 'node:crypto'
import type { Reading } from '../checks/measure.ts'
import type { InvariantEntry } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { compareValues } from '../invariants/compare-values.ts'
import { type Kept, keep, tell } from '../invariants/kept.ts'
import { checkKind } from '../plan/kinds.ts'
import type { Step } from '../plan/plan.ts'
import { invariantsOf } from '../plan/stores.ts'
import { sideOf } from './fingerprint-step.ts'
import type { MeasuresMemory } from './memory.ts'
import { pollUntil } from './poll.ts'
import type { Scene, Spot } from './scene.ts'

/** The values of the invariants, as long as the rehearsal lasts. */
export class Measures {
  readonly #baseline = new Map<number, Kept>()
  /** Without it, a short text could be found again from its hash by trying all that there are. */
  #key: Uint8Array = randomBytes(16)
  #red = 0

  /** Invariants that have no value on the baseline. */
  get red(): number {
    return this.#red
  }

  remember(): MeasuresMemory {
    return { key: this.#key, baseline: new Map(this.#baseline) }
  }

  recall({ key, baseline }: MeasuresMemory): void {
    this.#key = key
    for (const [invariant, kept] of baseline) this.#baseline.set(invariant, kept)
  }

  /** Reads one value; where its rule may hold only `eventually`, again until it does. */
  async take(scene: Scene, step: Extract<Step, { do: 'measure' }>, spot: Spot): Promise<string> {
    const { config, journal, signal } = scene.ports
    const invariant = invariantsOf(config)[step.invariant]
    const measure = invariant && checkKind(invariant).measure
    if (!measure) throw new RehearsalError('INTERNAL', `no invariant ${step.invariant}`)
    const before = step.moment === 'baseline' ? undefined : this.#baseline.get(step.invariant)
    const context = scene.context(spot)
    const read = async () => this.#kept(await measure.read(invariant.options as never, context), invariant)
    const kept = await untilItHolds(read, invariant, before, spot.signal)
    // What was cut off by the end of the whole run says nothing about the release.
    signal.throwIfAborted()
    journal.write({
      type: 'value',
      step: step.id,
      invariant: step.invariant,
      moment: step.moment,
      side: sideOf(spot.stage),
      kept,
    })
    if (step.moment === 'baseline') {
      this.#baseline.set(step.invariant, kept)
      if (kept.is === 'none') this.#red += 1
    }
    return before ? compareValues(invariant.rule, before, kept).found : tell(kept)
  }

  #kept(reading: Reading, { rule }: InvariantEntry): Kept {
    const hash = (text: string) => createHmac('sha256', this.#key).update(text).digest('hex').slice(0, 16)
    if ('value' in reading) return keep(reading.value, rule, hash)
    const { outcome, expected, actual, detail } = reading.observation
    if (outcome === 'error') return { is: 'unknown', why: detail ?? 'it could not be asked' }
    return { is: 'none', expected: expected ?? 'an answer', actual: actual ?? detail ?? 'none' }
  }
}

async function untilItHolds(
  read: () => Promise<Kept>,
  { rule, options }: InvariantEntry,
  before: Kept | undefined,
  within: AbortSignal,
): Promise<Kept> {
  const { eventually } = options as { readonly eventually?: number }
  let kept = await read()
  const holds = () => (before ? compareValues(rule, before, kept).outcome !== 'broken' : kept.is !== 'none')
  if (eventually === undefined || holds()) return kept
  const signal = AbortSignal.any([within, AbortSignal.timeout(eventually)])
  const asked = async () => {
    kept = await read()
    return holds()
  }
  // Past its time what it had last counts; whoever cuts off the whole run is told by the caller.
  await pollUntil(asked, { signal, longestMs: 500 }).catch((cause) => {
    if (!signal.aborted) throw cause
  })
  return kept
}
