import type { Stage } from '../plan/plan.ts'

/** Each with what follows it, up to the next that begins anew. */
export function groups(stages: readonly Stage[], begins: (stage: Stage) => boolean): Stage[][] {
  const found: Stage[][] = []
  for (const stage of stages) {
    if (begins(stage) || found.length === 0) found.push([stage])
    else found.at(-1)?.push(stage)
  }
  return found
}
