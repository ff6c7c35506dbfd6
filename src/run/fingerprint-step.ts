import type { Configured } from '../config/index.ts'
import { comparePrints } from '../data/compare-prints.ts'
import type { DataContext } from '../data/data.ts'
import { pairUp, wantOf } from '../data/pairs.ts'
import type { Fingerprint, Row, Want } from '../data/print.ts'
import { RehearsalError } from '../errors.ts'
import { volumeKey } from '../fixtures/volume-key.ts'
import type { Moment, Side, Stage, Step } from '../plan/plan.ts'
import { dataKind, storeName, storesOf } from '../plan/stores.ts'
import { pollUntil } from './poll.ts'
import { compareRestarted } from './restarted-print.ts'
import type { Scene, Spot } from './scene.ts'
import { tellable } from './tellable.ts'

/** Rows of large tables that are still to be compared with those of the baseline. */
interface Pending {
  readonly print: Fingerprint
  readonly wants: readonly Want[]
  readonly after: ReadonlyMap<string, readonly Row[]>
}

/** What is known of each store, as long as the rehearsal lasts. */
export class Prints {
  readonly #baseline = new Map<string, Fingerprint>()
  /** Schemas as the upgrade itself left them, by store. */
  readonly upgraded = new Map<string, Fingerprint['schema']>()
  /** By side and store, right before a second start. */
  readonly #written = new Map<string, Fingerprint>()
  readonly #pending = new Map<string, Map<Side, Pending>>()

  remember(): ReadonlyMap<string, Fingerprint> {
    return new Map(this.#baseline)
  }

  recall(baseline: ReadonlyMap<string, Fingerprint>): void {
    for (const [store, print] of baseline) this.#baseline.set(store, print)
  }

  /** Whether rows of a side wait for those of the baseline. */
  isPending(side: Side): boolean {
    return [...this.#pending.values()].some((sides) => sides.has(side))
  }

  /** Takes the fingerprint of every store. One that can't be read is told, and ends nothing. */
  async take(scene: Scene, step: Extract<Step, { do: 'fingerprint' }>, spot: Spot): Promise<string> {
    const told = await Promise.all(
      storesOf(scene.ports.config).map((store) =>
        orUnread(scene, store, step.moment, spot, () => this.#takeOne(scene, store, step.moment, spot)),
      ),
    )
    return told.join(', ')
  }

  async #takeOne(scene: Scene, store: Configured, moment: Moment, spot: Spot): Promise<string> {
    const { journal } = scene.ports
    const kind = dataKind(store)
    const options = store.options as never
    const name = storeName(store)
    const before = this.#baseline.get(name)
    const side = sideOf(spot.stage)
    const like = moment === 'restarted' ? this.#written.get(`${side} ${name}`) : before
    const context = dataContext(scene, spot)
    const printing = async () => ({ ...(await kind.print(options, context, like)), takenAt: Date.now() })
    const print = before ? await patiently(printing, spot.signal, startUpMs) : await printing()
    const counts = Object.fromEntries([...print.tables.values()].map(({ name: table, rows }) => [table, rows]))
    const total = Object.values(counts).reduce((sum, rows) => sum + rows, 0)
    const note = `${total} ${kind.unit} in ${name}`
    if (side === 'target')
      journal.write({ type: 'count', step: spot.step.id, moment, store: name, unit: kind.unit, counts })
    if (moment === 'baseline') {
      this.#baseline.set(name, print)
      return note
    }
    if (moment === 'upgraded' && side === 'target') this.upgraded.set(name, print.schema)
    if (moment === 'written') {
      this.#written.set(`${side} ${name}`, print)
      return note
    }
    if (moment === 'restarted') {
      if (!like) throw new RehearsalError('DATA_UNREAD', 'what it held before the second start could not be read')
      const same = compareRestarted(scene, spot.step, { of: store, side, unit: kind.unit }, [like, print])
      return same ? `${note}, all as before` : note
    }
    if (!before) return note
    const wants = pairUp(before, print).flatMap((pair) => wantOf(pair) ?? [])
    if (wants.length > 0) {
      const found = await kind.drill(
        options,
        context,
        wants.map((want) => want.after),
      )
      // What is compared goes by the name that the table had before.
      const after = new Map(wants.map((want) => [want.before.table, found.get(want.after.table) ?? []]))
      this.#wait(name, side, { print, wants: wants.map((want) => want.before), after })
      return `${note}; rows of ${wants.length} large tables differ`
    }
    const compared = comparePrints(before, print, { before: new Map(), after: new Map() })
    journal.write({ type: 'data', step: spot.step.id, side, store: name, unit: kind.unit, compared })
    return compared.changes.length === 0 ? `${note}, all as before` : note
  }

  #wait(store: string, side: Side, pending: Pending): void {
    const sides = this.#pending.get(store) ?? new Map<Side, Pending>()
    this.#pending.set(store, sides.set(side, pending))
  }

  /** Reads the same rows of the baseline, and compares. */
  async look(scene: Scene, { side }: Extract<Step, { do: 'look' }>, spot: Spot): Promise<string> {
    const stores = storesOf(scene.ports.config).filter((store) => this.#pending.get(storeName(store))?.has(side))
    const told = await Promise.all(
      stores.map((store) => orUnread(scene, store, 'upgraded', spot, () => this.#lookAt(scene, store, side, spot))),
    )
    return told.join(', ')
  }

  async #lookAt(scene: Scene, store: Configured, side: Side, spot: Spot): Promise<string> {
    const kind = dataKind(store)
    const name = storeName(store)
    const pending = this.#pending.get(name)?.get(side) as Pending
    const context = dataContext(scene, spot)
    const before = await patiently(
      () => kind.drill(store.options as never, context, pending.wants),
      spot.signal,
      scene.ports.config.ready.within,
    )
    const drilled = { before, after: pending.after }
    const compared = comparePrints(this.#baseline.get(name) as Fingerprint, pending.print, drilled)
    this.#pending.get(name)?.delete(side)
    scene.ports.journal.write({ type: 'data', step: spot.step.id, side, store: name, unit: kind.unit, compared })
    return `${[...drilled.before.values()].reduce((sum, rows) => sum + rows.length, 0)} ${kind.unit} in ${name}`
  }
}

/** One that was read before and has just been started again may not answer yet: what is ready does not need all. */
const startUpMs = 10_000

/** Asks until there is an answer; throws what went wrong last. */
async function patiently<Answer>(ask: () => Promise<Answer>, signal: AbortSignal, withinMs: number): Promise<Answer> {
  let answer: { readonly it: Answer } | undefined
  let failure: unknown
  const answers = async () => {
    answer = await ask().then(
      (it) => ({ it }),
      (cause) => {
        failure = cause
        return undefined
      },
    )
    return answer !== undefined
  }
  const within = AbortSignal.any([signal, AbortSignal.timeout(withinMs)])
  await pollUntil(answers, { signal: within }).catch((cause) => {
    throw failure ?? cause
  })
  return (answer as unknown as { readonly it: Answer }).it
}

async function orUnread(
  scene: Scene,
  store: Configured,
  moment: Moment,
  { step, stage }: Spot,
  work: () => Promise<string>,
): Promise<string> {
  const { journal, signal } = scene.ports
  const name = storeName(store)
  try {
    return await work()
  } catch (thrown) {
    // Past its own deadline it is told as well.
    const why = tellable(thrown, signal)
    if (sideOf(stage) === 'target') journal.write({ type: 'uncounted', step: step.id, moment, store: name, why })
    return `${name} can't be read: ${why}`
  }
}

export function sideOf({ phase, key }: Stage): Side {
  if (phase === 'look') return key as Side
  return phase === 'confirm' || phase === 'control' ? phase : 'target'
}

/** What a store is asked with. */
export function dataContext({ ports: { stack, config } }: Scene, { signal }: Spot): DataContext {
  return { stack, signal, volumeOf: (volume) => volumeKey(volume, config.folder) }
}
