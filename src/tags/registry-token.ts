import { z } from 'zod'
import { RehearsalError } from '../errors.ts'
import type { Challenge } from './challenge.ts'
import type { Credentials } from './credentials.ts'
import type { RegistryName } from './registry-name.ts'

const answer = z.object({ token: z.string().optional(), access_token: z.string().optional() })

export function basic({ user, password }: Extract<Credentials, { kind: 'password' }>): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`
}

/** A request for a token that may read tags, as the registry's challenge asks for it. Throws PULL_AUTH. */
export function tokenRequest(
  { origin, repository, host }: RegistryName,
  { realm, service, scope = `repository:${repository}:pull` }: Extract<Challenge, { scheme: 'bearer' }>,
  credentials: Credentials | undefined,
): { readonly url: string; readonly init: RequestInit } {
  const url = new URL(realm)
  if (origin.startsWith('https:') && url.protocol !== 'https:') {
    const message = `${host} names a token service without TLS, ${url.origin}: credentials are not sent there`
    throw new RehearsalError('PULL_AUTH', message, { where: host })
  }
  if (credentials?.kind === 'identity-token') {
    const form = {
      grant_type: 'refresh_token',
      refresh_token: credentials.token,
      client_id: 'upgrade-rehearsal',
      scope,
    }
    const body = new URLSearchParams({ ...form, ...(service === undefined ? {} : { service }) })
    return { url: url.href, init: { method: 'POST', body } }
  }
  if (service !== undefined) url.searchParams.set('service', service)
  for (const one of scope.split(' ')) url.searchParams.append('scope', one)
  return { url: url.href, init: credentials ? { headers: { authorization: basic(credentials) } } : {} }
}

export function tokenOf(text: string): string | undefined {
  try {
    const { token, access_token } = answer.parse(JSON.parse(text))
    return token || access_token || undefined
  } catch {
    return undefined
  }
}
