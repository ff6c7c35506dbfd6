import type { Config } from '../config/index.ts'
import { checkTitle, writesData } from './kinds.ts'
import type { Action, Moment, Stage } from './plan.ts'

/** A step before it has its id and its deadline. */
export type Draft = Action & {
  readonly title: string
  readonly withinMs?: number
  readonly unless?: 'cached'
}
export type StageDraft = Omit<Stage, 'steps'> & { readonly steps: readonly Draft[] }

/** Waits for what was started. */
export function readiness(config: Config): Draft {
  return { do: 'ready', title: ['all services ready', ...config.ready.checks.map(checkTitle)].join('; ') }
}

/** Waits for a release that was started, and proves which one it is. */
export function arrival(config: Config, release: number): Draft[] {
  return [readiness(config), { do: 'prove', release, title: 'the running images are the release' }]
}

/** Nobody asked how long: what dies by itself soon after a start mostly does so within this time; milliseconds. */
const watchedMs = 10_000

/** The target is watched until it has been ready for a while; where `ready.steady` says how long, it was so before. */
export function watched(config: Config): Draft[] {
  if (config.ready.steady !== undefined) return []
  return [{ do: 'watch', forMs: watchedMs, title: `all services stay up for ${watchedMs / 1000} s` }]
}

/** The smoke suite, after a sign-in where one is configured. */
export function smoke(config: Config): Draft[] {
  const signIn: Draft[] = config['sign-in'] ? [{ do: 'sign-in', title: 'sign in' }] : []
  const made = config.smoke.map((check, index): Draft => {
    const step = { do: 'check', check: index, set: 'smoke', title: checkTitle(check) } as const
    return writesData(check) ? { ...step, writes: true } : step
  })
  return [...signIn, ...made]
}

/** Counts what the known stores hold; nothing where none is known, or where no way back could lose anything. */
export function count(config: Config, stores: readonly string[], moment: Moment): Draft[] {
  if (stores.length === 0 || config.rollback.length === 0) return []
  return [{ do: 'count', moment, title: `count ${stores.join(', ')}` }]
}

/** Looks at everything that the known stores hold; nothing where none is known. */
export function fingerprint(stores: readonly string[], moment: Moment): Draft[] {
  if (stores.length === 0) return []
  return [{ do: 'fingerprint', moment, title: `fingerprint of ${stores.join(', ')}` }]
}

/** Everything stops, all volumes are frozen, and what is needed running is started again. */
export function checkpoint(
  config: Config,
  name: string,
  again: { readonly release: number; readonly version: string } | undefined,
): Draft[] {
  const graceMs = config.upgrade.grace
  return [
    { do: 'stop', graceMs, title: 'stop all services cleanly' },
    { do: 'checkpoint', name, title: 'freeze all volumes, go on with a fork' },
    ...(again
      ? [{ do: 'start', title: `start ${again.version} again` } as const, ...arrival(config, again.release)]
      : []),
  ]
}
