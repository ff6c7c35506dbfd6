import type { Config } from '../config/index.ts'
import type { Release } from '../releases/release.ts'
import { needsSourceRunning } from '../strategies/strategy.ts'
import type { Climb } from './climb.ts'
import { arrival, type StageDraft } from './drafts.ts'

// Several paths of one command are a tree: what they have in common is done once. Nothing of this where there is one path.

/** Goes on from where another path has come to. */
export function taken(config: Config): StageDraft[] {
  if ((config.shared ?? 0) === 0) return []
  return [
    {
      phase: 'prepare',
      title: 'what this path has in common with others',
      order: 'in-order',
      steps: [{ do: 'take-shared', title: 'go on from what another path has done' }],
    },
  ]
}

/** Everything stops after so many hops, and the state is kept for other paths; `next` is the hop that follows. */
export function kept(
  config: Config,
  releases: readonly Release[],
  hops: number,
  next: Climb | undefined,
): StageDraft[] {
  if (hops >= (config.shared ?? 0) || !next) return []
  const { version } = releases[hops] as Release
  const keeping: StageDraft = {
    phase: 'checkpoint',
    title: `${version}, for all paths by it`,
    order: 'in-order',
    key: `shared-${hops}`,
    steps: [
      { do: 'stop', graceMs: config.upgrade.grace, title: 'stop all services cleanly' },
      { do: 'keep-shared', hops, title: 'keep the state for other paths' },
    ],
  }
  // After the baseline it is its checkpoint that starts the source again.
  if (hops === 0 || !needsSourceRunning(next.procedure)) return [keeping]
  const again: StageDraft = {
    phase: 'checkpoint',
    title: `${version} again`,
    order: 'in-order',
    key: `again-${hops}`,
    steps: [{ do: 'start', title: `start ${version} again` }, ...arrival(config, hops)],
  }
  return [keeping, again]
}
