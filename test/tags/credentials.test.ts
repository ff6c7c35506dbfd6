import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { credentialsFor } from '../../src/tags/credentials.ts'
import { folderWith } from '../config/folder.ts'
import { tagContext } from './context.ts'

const auth = Buffer.from('me:pass:word').toString('base64')
/** A program as the engine's client calls it: an address on its input, JSON on its output. */
const helper = `#!/bin/sh
read -r host || true
case "$host" in
  r.example) echo '{"Username":"me","Secret":"from-the-store"}' ;;
  t.example) echo '{"Username":"<token>","Secret":"refresh-token"}' ;;
  *) echo 'credentials not found in native keychain'; exit 1 ;;
esac
`

async function find(config: string, host: string) {
  const folder = await folderWith({ 'config.json': config, 'bin/docker-credential-test': helper })
  await chmod(join(folder, 'bin/docker-credential-test'), 0o755)
  const env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, DOCKER_CONFIG: folder }
  const context = tagContext({ env })
  return { found: await credentialsFor(host, context), secrets: context.secrets }
}

test.each([
  [
    'in the file',
    { auths: { 'r.example': { auth } } },
    'r.example',
    { kind: 'password', user: 'me', password: 'pass:word' },
  ],
  [
    'in the file by an address',
    { auths: { 'https://r.example': { auth } } },
    'r.example',
    { kind: 'password', user: 'me', password: 'pass:word' },
  ],
  [
    'for Docker Hub by its old name',
    { auths: { 'https://index.docker.io/v1/': { auth } } },
    'docker.io',
    { kind: 'password', user: 'me', password: 'pass:word' },
  ],
  [
    'as an identity token',
    { auths: { 'r.example': { identitytoken: 'identity' } } },
    'r.example',
    { kind: 'identity-token', token: 'identity' },
  ],
  ['in the store', { credsStore: 'test' }, 'r.example', { kind: 'password', user: 'me', password: 'from-the-store' }],
  [
    'in a store of its own',
    { credHelpers: { 't.example': 'test' } },
    't.example',
    { kind: 'identity-token', token: 'refresh-token' },
  ],
  [
    'in the file where the store has none',
    { credsStore: 'test', auths: { 'x.example': { auth } } },
    'x.example',
    { kind: 'password', user: 'me', password: 'pass:word' },
  ],
  ['nowhere', { credsStore: 'test', auths: { 'r.example': {} } }, 'y.example', undefined],
  ['for another registry alone', { credHelpers: { 'r.example': 'test' }, auths: {} }, 'y.example', undefined],
])('credentials %s are found, and kept secret', async (_, config, host, expected) => {
  const { found, secrets } = await find(JSON.stringify(config), host)
  expect(found).toEqual(expected)
  expect(secrets).toEqual(found ? [found.kind === 'password' ? found.password : found.token] : [])
})

test('without a configuration there are none', async () => {
  expect(await credentialsFor('r.example', tagContext())).toBeUndefined()
})

test('a helper that is not installed is named', async () => {
  await expect(find('{"credsStore":"absent"}', 'r.example')).rejects.toMatchObject({
    code: 'PULL_AUTH',
    message: "docker-credential-absent can't be run",
  })
})

test('a damaged file is named and not quoted', async () => {
  const error = await find('{"auths": {"r.example": {"auth": "c2VjcmV0"', 'r.example').catch((thrown) => thrown)
  expect(error).toMatchObject({ code: 'PULL_AUTH' })
  expect(String(error) + String(error.cause)).not.toContain('c2VjcmV0')
})

test.each(['../x', 'a b', ''])('%j is no name of a helper', async (credsStore) => {
  await expect(find(JSON.stringify({ credsStore }), 'r.example')).rejects.toMatchObject({ code: 'PULL_AUTH' })
})
