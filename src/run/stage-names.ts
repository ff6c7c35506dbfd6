import type { Stage } from '../plan/plan.ts'

/** What is captured belongs to one side, and stages of the same side share it. */
export function captureSideOf({ phase, hop, key }: Stage): string {
  if (phase === 'rollback') return `rollback-${key}`
  return phase === 'hop' ? `hop${hop}` : phase
}

/** Logs are kept apart by this name: those of a second start are no longer those of the first. */
export function folderOf(stage: Stage): string {
  return stage.secondStart && stage.phase === 'target' ? 'second-start' : captureSideOf(stage)
}

/** What is done a second time, without an upgrade or on a way back, takes another time than the upgrade itself. */
export function isFirstTry({ phase, secondStart }: Stage): boolean {
  return (phase === 'hop' || phase === 'target') && !secondStart
}
