import { describe, expect, test } from 'vitest'
import { pullError } from '../../src/stack/pull.ts'

const reference = '127.0.0.1:42940/acme/app:4.0.4'
const daemon = 'Error response from daemon: '
const at = 'Get "https://127.0.0.1:42940/v2/"'

/** What engines of several versions print for each cause. */
describe.each([
  [
    'PULL_RATE_LIMIT',
    'toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit',
  ],
  [
    'PULL_RATE_LIMIT',
    'error parsing HTTP 429 response body: invalid character \'<\' looking for beginning of value: "<html>"',
  ],
  [
    'PULL_RATE_LIMIT',
    `failed to resolve reference "${reference}": unexpected status from HEAD request to https://127.0.0.1:42940/v2/acme/app/manifests/4.0.4: 429 Too Many Requests`,
  ],
  ['PULL_AUTH', `Head "https://127.0.0.1:42940/v2/acme/app/manifests/4.0.4": no basic auth credentials`],
  ['PULL_AUTH', `${at}: unauthorized: authentication required`],
  [
    'PULL_AUTH',
    "pull access denied for acme/app, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
  ],
  [
    'PULL_AUTH',
    `failed to resolve reference "${reference}": failed to authorize: failed to fetch anonymous token: unexpected status: 403 Forbidden`,
  ],
  ['PULL_AUTH', `unexpected status from HEAD request: 401 Unauthorized`],
  ['PULL_NOT_FOUND', `manifest for ${reference} not found: manifest unknown: manifest unknown`],
  ['PULL_NOT_FOUND', 'name unknown: repository name not known to registry'],
  ['PULL_NOT_FOUND', 'no matching manifest for linux/arm64/v8 in the manifest list entries'],
  ['PULL_NOT_FOUND', `failed to resolve reference "${reference}": ${reference}: not found`],
  [
    'NO_SPACE',
    'failed to register layer: Error processing tar file(exit status 1): write /usr/lib/x.so: no space left on device',
  ],
  ['PULL_FAILED', `${at}: dial tcp 127.0.0.1:42940: connect: connection refused`],
  ['PULL_FAILED', `${at}: dial tcp 127.0.0.1:42940: i/o timeout`],
  ['PULL_FAILED', `${at}: context deadline exceeded (Client.Timeout exceeded while awaiting headers)`],
  [
    'PULL_FAILED',
    `Get "https://registry-401.example.com/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
  ],
  ['PULL_FAILED', `filesystem layer verification failed for digest sha256:429${'0'.repeat(61)}`],
  ['PULL_FAILED', 'received unexpected HTTP status: 500 Internal Server Error'],
  ['PULL_FAILED', ''],
] as const)('%s', (code, said) => {
  test(said.slice(0, 100) || 'nothing said', () => {
    const error = pullError(reference, `Trying to pull\n${said === '' ? '' : daemon}${said}\n`)
    expect(error.code).toBe(code)
    expect(error.message).toContain(reference)
    expect(error.message).toContain(said.slice(0, 30))
    expect(error.details).toMatchObject({ where: reference, hint: expect.any(String) })
  })
})
