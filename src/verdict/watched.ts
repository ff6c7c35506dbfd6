import { containersAt, type Facts, smokeChecks } from './facts.ts'
import type { CoverageEvidence } from './verdict.ts'

const what = 'whether the target stays up once it is ready'

/** Whether the target was looked at for a while after it was ready, and for how long. */
export function watchedFor(facts: Facts): Pick<CoverageEvidence, 'checked' | 'unchecked'> {
  const { plan, finished } = facts
  const steps = plan.stages.flatMap((stage) => (stage.phase === 'target' ? stage.steps : []))
  const watch = steps.find((step) => step.do === 'watch')
  const { steadyMs } = plan.coverage
  const forMs = watch?.forMs ?? steadyMs ?? 0
  if (forMs === 0) return { checked: [], unchecked: [{ what, why: 'the plan leaves it out' }] }
  const isWatched = watch
    ? finished.get(watch.id)?.outcome === 'done' &&
      smokeChecks(facts, 'target').every(({ observation }) => observation.outcome === 'passed')
    : containersAt(facts, 'target', 'ready') !== undefined
  if (!isWatched) return { checked: [], unchecked: [{ what, why: 'the target did not get that far' }] }
  return { checked: [`that the target stays up for ${forMs / 1000} s once it is ready`], unchecked: [] }
}
