import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { fixtureKind } from './kinds.ts'

/** What makes the baseline has to be known by its content, or a stale one would be taken for it. Throws CONFIG. */
export function requireCacheable(config: Config): void {
  if (config.checkpoint.cache === undefined) return
  for (const [index, fixture] of config.fixtures.entries()) {
    if (isKnown(fixture)) continue
    const what = `what a ${fixture.kind} on this machine makes is not known by its text`
    const fix = 'make it inside a service, or leave "checkpoint.cache" out'
    throw new RehearsalError('CONFIG', `${config.at(['fixtures', index, fixture.kind])}: ${what}: ${fix}`)
  }
}

function isKnown(fixture: Config['fixtures'][number]): boolean {
  const kind = fixtureKind(fixture)
  return kind.file !== undefined || kind.service?.(fixture.options as never) !== undefined
}
