import type { Config, Configured } from '../config/index.ts'
import { runningFor } from '../fixtures/fixture.ts'
import type { Draft } from './drafts.ts'
import { fixtureKind, fixtureTitle } from './kinds.ts'

/**
 * The source release with fixtures, in the order in which they stand; `first` is their place among all. Before each, what
 * has to run is started and, where the fixture says so, all else is stopped; after the last one everything runs and is
 * ready.
 */
export function baselineSteps(
  config: Config,
  fixtures: readonly Configured[],
  first: number,
  version: string,
  arrival: readonly Draft[],
): Draft[] {
  const graceMs = config.upgrade.grace
  const start: Draft[] = [{ do: 'start', title: `start ${version}` }, ...arrival]
  const steps: Draft[] = [{ do: 'create', release: 0, title: `create ${version}` }]
  let started = false
  // A database that a dump was loaded with goes on running until something is to be restored without it.
  let anythingRuns = false
  for (const [index, fixture] of fixtures.entries()) {
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
    steps.push({ do: 'restore', fixture: first + index, title: `restore ${fixtureTitle(fixture)}` })
  }
  return started ? steps : [...steps, ...start]
}

/** A dump is loaded with its database running; what an archive fills needs nobody. */
function startsService(kind: ReturnType<typeof fixtureKind>, options: unknown): boolean {
  return kind.service?.(options as never) !== undefined
}

/**
 * The same with a cache: all that restores is left out where the cache has the result; else it is kept there, before the
 * source release is started on it for the first time or, where a fixture needs it running, once more.
 */
export function withCache(config: Config, steps: readonly Draft[], version: string): Draft[] {
  const [create, ...rest] = steps as [Draft, ...Draft[]]
  const restored = rest.findLastIndex(({ do: what }) => what === 'restore') + 1
  if (restored === 0) return [...steps]
  const after = rest.slice(restored)
  const arrival = rest.slice(rest.findIndex(({ do: what }) => what === 'ready')).slice(0, 2)
  const start: Draft[] = [{ do: 'start', title: `start ${version}` }, ...arrival]
  const stop: Draft = { do: 'stop', graceMs: config.upgrade.grace, title: 'stop what runs' }
  const once: Draft[] = [
    ...rest.slice(0, restored),
    stop,
    { do: 'save-cache', title: 'keep the restored baseline in the cache' },
  ]
  return [
    create,
    { do: 'load-cache', title: 'look for the restored baseline in the cache' },
    ...once.map((step): Draft => ({ ...step, unless: 'cached' })),
    ...(after.length > 0 ? after : start),
  ]
}
