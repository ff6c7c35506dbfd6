import { schemaDrift } from '../data/schema-drift.ts'
import { plural } from '../fields/index.ts'
import type { Step } from '../plan/plan.ts'
import { dataKind, storeName, storesOf } from '../plan/stores.ts'
import { dataContext, type Prints } from './fingerprint-step.ts'
import type { Scene, Spot } from './scene.ts'
import { tellable } from './tellable.ts'

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
      told.push(drift.length === 0 ? `${name}: ${plural(parts, 'part')}, all alike` : `${name}: ${drift.length} differ`)
    } catch (thrown) {
      const why = tellable(thrown, signal)
      journal.write({ type: 'schema', step: step.id, store: name, why })
      told.push(`${name} can't be read: ${why}`)
    }
  }
  return told.join(', ')
}
