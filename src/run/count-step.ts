import { toProblem } from '../errors.ts'
import type { Step } from '../plan/plan.ts'
import { dataKind, storesOf } from '../plan/stores.ts'
import { dataContext } from './fingerprint-step.ts'
import type { Scene, Spot } from './scene.ts'

/** Counts the rows of every known store. One that can't be counted is told, and ends nothing. */
export async function countRows(scene: Scene, step: Extract<Step, { do: 'count' }>, spot: Spot): Promise<string> {
  const { config, journal, signal } = scene.ports
  const told = await Promise.all(
    storesOf(config).map(async (store) => {
      const kind = dataKind(store)
      const options = store.options as never
      const name = kind.title(options)
      try {
        const counts = await kind.count(options, dataContext(scene, spot))
        journal.write({ type: 'count', step: step.id, moment: step.moment, store: name, unit: kind.unit, counts })
        const total = Object.values(counts).reduce((sum, rows) => sum + rows, 0)
        return `${total} ${kind.unit} in ${name}`
      } catch (thrown) {
        // Past its own deadline it is told as well.
        signal.throwIfAborted()
        const { message } = toProblem(thrown)
        journal.write({ type: 'uncounted', step: step.id, moment: step.moment, store: name, why: message })
        return `${name} can't be counted: ${message}`
      }
    }),
  )
  return told.join(', ')
}
