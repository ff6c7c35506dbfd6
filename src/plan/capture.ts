import { normalize } from 'node:path'
import type { Config, Configured } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { fillSource } from '../fields/index.ts'
import type { Capture } from '../fixtures/fixture.ts'
import type { Release } from '../releases/release.ts'
import type { Draft, StageDraft } from './drafts.ts'
import { fixtureKind } from './kinds.ts'

interface Wanted {
  readonly index: number
  readonly fixture: Configured
  readonly how: Capture<never>
  readonly path: string
}

/**
 * Writes the fixtures of the target, for the next rehearsal to start from. First what is read from the volumes of a stack
 * that has stopped, then what a service has to run for. Throws CONFIG and USAGE where that can't be done.
 */
export function captureStages(config: Config, releases: readonly Release[]): StageDraft[] {
  const { version, images } = releases.at(-1) as Release
  const wanted = wantedOf(config, version)
  const servicesOf = ({ fixture, how }: Wanted) => how.services(fixture.options as never)
  for (const one of wanted) {
    const missing = servicesOf(one).find((service) => !images.some((image) => image.service === service))
    if (missing !== undefined) throw refusal(config, one, `${version} has no service "${missing}" to capture it from`)
  }
  const [cold, hot] = [
    wanted.filter((one) => servicesOf(one).length === 0),
    wanted.filter((one) => servicesOf(one).length > 0),
  ]
  const services = [...new Set(hot.flatMap(servicesOf))]
  const graceMs = config.upgrade.grace
  const step = ({ index, fixture, path }: Wanted): Draft => {
    return { do: 'capture', fixture: index, path, title: `write ${fixture.kind} ${path}` }
  }
  const up: Draft = { do: 'up', services, alone: true, graceMs, title: `run only ${services.join(', ')}` }
  const steps: Draft[] = [
    { do: 'stop', graceMs, title: 'stop all services cleanly' },
    ...cold.map(step),
    ...(hot.length > 0 ? [up, ...hot.map(step)] : []),
  ]
  const title = `fixtures of ${version}, put in place if the verdict is a pass`
  return [{ phase: 'capture', key: 'capture', title, order: 'in-order', steps }]
}

function wantedOf(config: Config, version: string): Wanted[] {
  const wanted = config.fixtures.flatMap((fixture, index): Wanted[] => {
    if (fixture.template === undefined) return []
    const { capture: how } = fixtureKind(fixture)
    const refuse = (why: string, hint?: string) => refusal(config, { index, fixture }, why, hint)
    if (!how || fixture.template === '') {
      const why = `a fixture of the kind ${fixture.kind} can't be captured: only the application itself could make it`
      throw refuse(why, 'name it without {source.version}, or make it with the application and run without --capture')
    }
    if ((fixture.options as { readonly decrypt?: unknown }).decrypt !== undefined)
      throw refuse(
        "an encrypted fixture can't be captured: there is no key to encrypt it with",
        'make and encrypt it by hand',
      )
    const why = how.refusal?.(fixture.options as never)
    if (why !== undefined) throw refuse(`it can't be captured: ${why}`)
    return [{ index, fixture, how, path: fillSource(fixture.template, version) }]
  })
  for (const [place, one] of wanted.entries()) {
    const clash = wanted.slice(0, place).find(({ path }) => within(path, one.path) || within(one.path, path))
    if (clash) throw refusal(config, one, `it would be written into the place of another fixture, ${clash.path}`)
  }
  if (wanted.length > 0) return wanted
  throw new RehearsalError('USAGE', 'nothing would be captured: no fixture has {source.version} in its path', {
    hint: 'for example  postgres: { service: db, dump: "fixtures/{source.version}/prod.dump" }',
  })
}

function within(inner: string, outer: string): boolean {
  const [one, other] = [inner, outer].map((path) => `${normalize(path).replace(/\/+$/, '')}/`) as [string, string]
  return one.startsWith(other)
}

function refusal(
  config: Config,
  { index, fixture }: Pick<Wanted, 'index' | 'fixture'>,
  why: string,
  hint?: string,
): RehearsalError {
  return new RehearsalError(
    'CONFIG',
    `${config.at(['fixtures', index, fixture.kind])}: ${why}`,
    hint === undefined ? {} : { hint },
  )
}
