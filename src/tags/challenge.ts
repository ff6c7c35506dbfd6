/** What a registry asks for in its `WWW-Authenticate` header. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service?: string; readonly scope?: string }

/** The challenge that can be met; a token service is preferred where both are offered. */
export function readChallenge(header: string | null): Challenge | undefined {
  const bearer = /\bbearer\s+(.*)/i.exec(header ?? '')?.[1]
  if (bearer !== undefined) {
    const given = Object.fromEntries(
      [...bearer.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g)].map(([, name = '', quoted, plain]) => [
        name.toLowerCase(),
        (quoted ?? plain ?? '').replace(/\\(.)/g, '$1'),
      ]),
    )
    const { realm, service, scope } = given
    if (realm !== undefined && URL.canParse(realm)) {
      return { scheme: 'bearer', realm, ...(service ? { service } : {}), ...(scope ? { scope } : {}) }
    }
  }
  return /\bbasic\b/i.test(header ?? '') ? { scheme: 'basic' } : undefined
}

/** The address of the next page in a `Link` header. */
export function nextPage(header: string | null): string | undefined {
  return /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(header ?? '')?.[1]
}

/** How long a registry asks to wait, in milliseconds: seconds or a date in its `Retry-After` header. */
export function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1_000
  const at = Date.parse(header)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
