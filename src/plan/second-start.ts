import type { Config } from '../config/index.ts'
import { type Draft, readiness, type StageDraft } from './drafts.ts'
import type { Moment } from './plan.ts'

/**
 * The target stopped in its normal way and started again on the same volumes: a migration that is not idempotent, or that did
 * not come to its end, shows only then. What is left up for a person to look at is left as it was.
 */
export function secondStart(
  config: Config,
  version: string,
  hop: number,
  printed: (moment: Moment) => readonly Draft[],
): StageDraft[] {
  if (!config.ready.twice || config.kept) return []
  // Where nothing is asked of the target, nothing tells either that it has come up and may be stopped.
  if (config.smoke.length === 0) return []
  const steps: Draft[] = [
    { do: 'stop', graceMs: config.upgrade.grace, title: 'stop all services cleanly' },
    { do: 'start', title: `start ${version} a second time` },
    readiness(config),
    ...printed('restarted'),
  ]
  const title = `second start of ${version}`
  return [{ phase: 'target', hop, key: 'second-start', title, order: 'in-order', secondStart: true, steps }]
}
