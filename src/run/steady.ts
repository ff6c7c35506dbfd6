import type { ContainerState } from './container-state.ts'
import { pollUntil } from './poll.ts'
import { watchSteady } from './watch.ts'

const lookMs = 200

/** Looks on until a moment of `performance`'s clock: nothing that was ready may exit or restart. Throws CRASHED, RESTARTED, …. */
export async function staySteady(
  ready: readonly ContainerState[],
  look: () => Promise<readonly ContainerState[]>,
  until: number,
  signal: AbortSignal,
): Promise<void> {
  const watch = watchSteady(ready)
  const alive = async () => watch(await look())
  await pollUntil(async () => performance.now() >= until, { signal, alive, firstMs: lookMs, longestMs: lookMs })
}
