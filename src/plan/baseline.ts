import type { Config } from '../config/index.ts'
import { runningFor } from '../fixtures/fixture.ts'
import { fixtureKind, fixtureTitle } from './kinds.ts'
import type { Draft } from './planner.ts'

/**
 * The source release with its fixtures, in the order in which they stand. Before each, what has to run is started and,
 * where the fixture says so, all else is stopped; after the last one everything runs and is ready.
 */
export function baselineSteps(config: Config, version: string, arrival: readonly Draft[]): Draft[] {
  const graceMs = config.upgrade.grace
  const start: Draft[] = [{ do: 'start', title: `start ${version}` }, ...arrival]
  const steps: Draft[] = [{ do: 'create', release: 0, title: `create ${version}` }]
  let started = false
  // A database that a dump was loaded with goes on running until something is to be restored without it.
  let anythingRuns = false
  for (const [index, fixture] of config.fixtures.entries()) {
    const kind = fixtureKind(fixture)
    if (kind.when === 'settings') continue
    const running = runningFor(kind as never, fixture.options)
    if (running === 'all') {
      if (!started) steps.push(...start)
      started = true
      anythingRuns = true
    } else {
      const stops: boolean = running?.length === 0 ? anythingRuns : started && running === undefined
      if (stops) steps.push({ do: 'stop', graceMs, title: 'stop what runs' })
      anythingRuns = (anythingRuns && !stops) || (running ?? []).length > 0 || startsService(kind, fixture.options)
      if (running && running.length > 0) {
        steps.push({ do: 'up', services: running, alone: true, graceMs, title: `run only ${running.join(', ')}` })
      }
      started = false
    }
    steps.push({ do: 'restore', fixture: index, title: `restore ${fixtureTitle(fixture)}` })
  }
  return started ? steps : [...steps, ...start]
}

/** A dump is loaded with its database running; what an archive fills needs nobody. */
function startsService(kind: ReturnType<typeof fixtureKind>, options: unknown): boolean {
  return kind.service?.(options as never) !== undefined
}
