import { schemaDrift } from '../data/schema-drift.ts'
import { toProblem } from '../errors.ts'
import type { Step } from '../plan/plan.ts'
import { dataKind, storeName, storesOf } from '../plan/stores.ts'
import { dataContext, type Prints } from './fingerprint-step.ts'
import { count, type Scene, type Spot } from './scene.ts'

/** Compares the schema of each store of a fresh install with the upgraded one. One that can't be read is told, and ends nothing. */
export async function compareSchemas(
  prints: Prints,
  scene: Scene,
  step: Extract<Step, { do: 'compare-schema' }>,
  spot: Spot,
): Promise<string> {
  const { config, journal, signal } = scene.ports
  const told: string[] = []
  for (const store of storesOf(config)) {
    const [kind, name] = [dataKind(store), storeName(store)]
    const upgraded = prints.upgraded.get(name)
    if (!kind.hasSchema || !upgraded) continue
    try {
      const { schema } = await kind.print(store.options as never, dataContext(scene, spot))
      const drift = schemaDrift(upgraded, schema)
      const parts = Object.keys(schema).length
      journal.write({ type: 'schema', step: step.id, store: name, parts, drift })
      told.push(drift.length === 0 ? `${name}: ${count(parts, 'part')}, all alike` : `${name}: ${drift.length} differ`)
    } catch (thrown) {
      signal.throwIfAborted()
      const { code, message } = toProblem(thrown)
      if (code === 'ENGINE_LOST') throw thrown
      journal.write({ type: 'schema', step: step.id, store: name, why: message })
      told.push(`${name} can't be read: ${message}`)
    }
  }
  return told.join(', ')
}
