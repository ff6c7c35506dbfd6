import { checks } from '../checks/index.ts'
import type { Config, Configured } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { fixtures } from '../fixtures/index.ts'

export function fixtureKind(fixture: Configured) {
  const kind = fixtures.find(({ name }) => name === fixture.kind)
  if (!kind) throw new RehearsalError('INTERNAL', `no fixture kind ${fixture.kind}`)
  return kind
}

export function checkKind(check: Configured) {
  const kind = checks.find(({ name }) => name === check.kind)
  if (!kind) throw new RehearsalError('INTERNAL', `no check kind ${check.kind}`)
  return kind
}

export function fixtureTitle(fixture: Configured): string {
  return fixtureKind(fixture).title(fixture.options as never)
}

/** The user's own name for a check, or its kind and what it looks at. */
export function checkTitle(check: Configured): string {
  const named = (check.options as { name?: string }).name
  return named ?? `${check.kind} ${checkKind(check).title(check.options as never)}`
}

/** Every URL that checks and sign-in will ask. */
export function smokeUrls(config: Config): string[] {
  const asked = [...config.smoke, ...config.ready.checks].flatMap(
    (check) => checkKind(check).urls?.(check.options as never) ?? [],
  )
  const signIn = config['sign-in']
  return signIn && 'request' in signIn ? [...asked, signIn.request.post] : asked
}
