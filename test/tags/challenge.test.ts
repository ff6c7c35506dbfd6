import { expect, test } from 'vitest'
import { nextPage, readChallenge, retryAfter } from '../../src/tags/challenge.ts'
import { registryName } from '../../src/tags/registry-name.ts'
import { tokenRequest } from '../../src/tags/registry-token.ts'

test.each([
  ['Basic realm="test"', { scheme: 'basic' }],
  [
    'Bearer realm="https://auth.example/token",service="registry",scope="repository:a/b:pull"',
    { scheme: 'bearer', realm: 'https://auth.example/token', service: 'registry', scope: 'repository:a/b:pull' },
  ],
  ['bearer Realm="https://auth.example/token"', { scheme: 'bearer', realm: 'https://auth.example/token' }],
  [
    'Basic realm="x", Bearer realm="https://auth.example/token",service=registry',
    { scheme: 'bearer', realm: 'https://auth.example/token', service: 'registry' },
  ],
  ['Bearer realm="/token"', undefined],
  ['Negotiate', undefined],
  [null, undefined],
])('the challenge %s is read', (header, expected) => expect(readChallenge(header)).toEqual(expected))

test.each([
  ['</v2/a/tags/list?last=b&n=2>; rel="next"', '/v2/a/tags/list?last=b&n=2'],
  ['<https://r.example/v2/a/tags/list?last=b>; rel=next', 'https://r.example/v2/a/tags/list?last=b'],
  ['<x>; rel="prev", <y>; rel="next"', 'y'],
  ['<x>; rel="prev"', undefined],
  [null, undefined],
])('the link %s leads on', (header, expected) => expect(nextPage(header)).toBe(expected))

test.each([
  ['2', 2_000],
  ['Thu, 01 Jan 1970 00:00:05 GMT', 4_000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['soon', undefined],
  [null, undefined],
])('Retry-After: %s', (header, expected) => expect(retryAfter(header, 1_000)).toBe(expected))

test.each([
  ['app', 'docker.io', 'https://registry-1.docker.io', 'library/app'],
  ['acme/app', 'docker.io', 'https://registry-1.docker.io', 'acme/app'],
  ['docker.io/acme/app', 'docker.io', 'https://registry-1.docker.io', 'acme/app'],
  ['ghcr.io/acme/app', 'ghcr.io', 'https://ghcr.io', 'acme/app'],
  ['localhost/app', 'localhost', 'http://localhost', 'app'],
  ['127.0.0.1:5000/acme/app', '127.0.0.1:5000', 'http://127.0.0.1:5000', 'acme/app'],
  ['https://127.0.0.1:5000/app', '127.0.0.1:5000', 'https://127.0.0.1:5000', 'app'],
  ['http://registry.lan:5000/app', 'registry.lan:5000', 'http://registry.lan:5000', 'app'],
])('the repository %s is asked at its registry', (written, host, origin, repository) => {
  expect(registryName(written)).toEqual({ host, origin, repository })
})

test('a token service without TLS gets no credentials of a registry that has it', () => {
  const challenge = { scheme: 'bearer', realm: 'http://auth.example/token' } as const
  expect(() => tokenRequest(registryName('ghcr.io/a/b'), challenge, undefined)).toThrow('without TLS')
})

test('an identity token is exchanged, a password is sent to the token service alone', () => {
  const challenge = { scheme: 'bearer', realm: 'https://auth.example/token', service: 's' } as const
  const name = registryName('ghcr.io/a/b')
  const exchanged = tokenRequest(name, challenge, { kind: 'identity-token', token: 'refresh-1' })
  expect([exchanged.init.method, String(exchanged.init.body)]).toEqual([
    'POST',
    'grant_type=refresh_token&refresh_token=refresh-1&client_id=upgrade-rehearsal&scope=repository%3Aa%2Fb%3Apull&service=s',
  ])
  const signed = tokenRequest(name, challenge, { kind: 'password', user: 'me', password: 'pass' })
  expect(signed.url).toBe('https://auth.example/token?service=s&scope=repository%3Aa%2Fb%3Apull')
  expect(signed.init.headers).toEqual({ authorization: 'Basic bWU6cGFzcw==' })
})
