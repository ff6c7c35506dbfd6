import type { Configured } from '../config/index.ts'
import { comparePrints } from '../data/compare-prints.ts'
import { pairUp, wantOf } from '../data/pairs.ts'
import type { Fingerprint } from '../data/print.ts'
import type { Side, Step } from '../plan/plan.ts'
import { storeName } from '../plan/stores.ts'
import type { Scene } from './scene.ts'

/**
 * Compares a store with what it was right before everything was started once more. Of large tables only the sums of before
 * are known: that rows differ is told, and how many are gone, but not which. Gives true where nothing differs.
 */
export function compareRestarted(
  scene: Scene,
  step: Step,
  store: { readonly of: Configured; readonly side: Side; readonly unit: string },
  [before, after]: readonly [Fingerprint, Fingerprint],
): boolean {
  const differing = pairUp(before, after).flatMap((pair) => (wantOf(pair) ? [pair.before.name] : []))
  const compared = comparePrints(before, after, { before: new Map(), after: new Map() })
  scene.ports.journal.write({
    type: 'restarted',
    step: step.id,
    side: store.side,
    store: storeName(store.of),
    unit: store.unit,
    compared,
    differing,
  })
  return compared.changes.length === 0 && differing.length === 0
}
