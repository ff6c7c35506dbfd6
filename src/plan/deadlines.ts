import type { Config } from '../config/index.ts'
import type { Draft, StageDraft } from './drafts.ts'
import type { Action, Stage, Step } from './plan.ts'

/** The steps of a stage with their ids and deadlines. */
export function finished(stage: StageDraft, config: Config): Stage {
  return { ...stage, steps: stage.steps.map((step, index) => finish(step, stage, index, config)) }
}

function finish(step: Draft, stage: StageDraft, index: number, config: Config): Step {
  return { ...step, id: `${placeOf(stage)}.${index + 1}.${step.do}`, withinMs: step.withinMs ?? within(step, config) }
}

/** The part of an id that tells the stage: `baseline`, `hop1`, `rollback.image`. */
function placeOf({ phase, hop, title, key, secondStart }: StageDraft): string {
  if (secondStart) return 'second-start'
  if (phase === 'rollback' || phase === 'checkpoint' || phase === 'look') return `${phase}.${key}`
  // What is done again has the ids of the first time, behind the reason for doing it again.
  if (phase === 'confirm' || phase === 'control') return phase
  return hop !== undefined && title.startsWith('hop') ? `hop${hop}` : phase
}

function within(action: Action, config: Config): number {
  const { limits, ready, upgrade } = config
  const deadlines: Readonly<Record<Exclude<Action['do'], 'interrupt' | 'watch'>, number>> = {
    pull: limits.pull,
    'verify-fixture': limits.restore,
    'open-stack': limits.pull + ready.within,
    create: ready.within,
    restore: limits.restore,
    capture: limits.restore,
    start: ready.within,
    up: ready.within + 2 * upgrade.grace,
    ready: ready.within,
    prove: limits.check,
    'sign-in': limits.check,
    check: limits.check,
    stop: 3 * upgrade.grace + 30_000,
    down: 3 * upgrade.grace + 30_000,
    command: limits.step,
    export: limits.step,
    empty: limits.restore,
    move: limits.restore,
    replace: ready.within + upgrade.grace,
    // A copy takes its time where the engine has no overlays.
    checkpoint: limits.restore,
    fork: limits.restore,
    fresh: limits.restore,
    'load-cache': limits.restore,
    'save-cache': limits.restore,
    'take-shared': limits.restore,
    'keep-shared': limits.restore,
    count: limits.check,
    fingerprint: limits.restore,
    measure: limits.check,
    'compare-schema': limits.restore,
    look: limits.restore,
  }
  // The engine may take its time to answer.
  if (action.do === 'watch') return action.forMs + limits.check
  return action.do === 'interrupt' ? within(action.step, config) : deadlines[action.do]
}
