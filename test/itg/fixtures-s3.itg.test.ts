import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { tarOf } from '../fixtures/tar.ts'
import { makeFolder, type Outcome, rehearse, rehearseIn } from './harness.ts'

const keys = { access: 'media-key', secret: 'media/secret+123==' }

function files(fixtures: string, smoke: string) {
  return {
    'docker-compose.yml': `
services:
  s3:
    image: rehearsal-test/s3:3.7
    environment: { S3_ACCESS_KEY: ${keys.access}, S3_SECRET_KEY: "${keys.secret}", S3_BUCKETS: avatars }
    volumes: ["objects:/data"]
  web:
    image: rehearsal-test/app:\${APP_VERSION}
    ports: ["8000:8000"]
volumes: { objects: }
`,
    '.env': 'APP_VERSION=1.0\n',
    'upgrade-rehearsal.yml': `
stack: { compose: docker-compose.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: APP_VERSION } }
path: { to: "2.0" }
fixtures:${fixtures}
ready: { checks: [http: { get: /health }] }
smoke:${smoke}
`,
  }
}

/** An entry for the fixtures; what is given replaces what is usual. */
function loading(more: Readonly<Record<string, string>> = {}): string {
  const options = {
    endpoint: 'http://s3:9000',
    bucket: 'media',
    from: 'media/',
    'access-key': keys.access,
    'secret-key': keys.secret,
    ...more,
  }
  const written = Object.entries(options).map(
    ([name, value]) => `${name}: ${/^(true|false)$/.test(value) ? value : JSON.stringify(value)}`,
  )
  return `\n  - s3: { ${written.join(', ')} }`
}

/** The server keeps an object's content in a file of its own. */
const has = (object: string, content: string) => `test "$(cat "/data/${object}._S3rver_object")" = "${content}"`
const media = { 'media/a.txt': 'first', 'media/deep/ünï côde & more (1).txt': 'second', 'media/empty.bin': '' }

test('a folder and an archive become objects, in a bucket that is there and in one that is made', async () => {
  const fixtures = [
    loading({ versioning: 'true' }),
    loading({ bucket: 'avatars', from: 'avatars.tar.zst', create: 'false', prefix: 'old' }),
  ].join('')
  const script = [
    has('media/a.txt', 'first'),
    has('media/deep/ünï côde & more (1).txt', 'second'),
    'test -e "/data/media/empty.bin._S3rver_object"',
    'test "$(cat /data/.versioning-media)" = Enabled',
    has('avatars/old/u/1.png', 'picture'),
    'grep -q image/png /data/avatars/old/u/1.png._S3rver_metadata.json',
    '! test -e /data/.versioning-avatars',
  ].join(' && ')
  const smoke = `\n  - exec: { name: objects, service: s3, run: [bash, -exc, ${JSON.stringify(script)}] }`
  const large = 'x'.repeat(3_000_000)
  const outcome = await rehearse({
    ...files(fixtures, smoke),
    ...media,
    'media/large.txt': large,
    'avatars.tar.zst': zstdCompressSync(await tarOf({ './u/1.png': 'picture', './u/2.png': 'picture' })),
  })
  expect(outcome.exitCode, outcome.output).toBe(0)
})

function expectRefused(outcome: Outcome, code: string, says: RegExp): void {
  expect(outcome.codes, outcome.output).toEqual([code])
  expect(outcome.exitCode).toBe(21)
  expect(outcome.verdict.reasons[0]?.message).toMatch(says)
  expect(JSON.stringify([outcome.verdict, outcome.entries]) + outcome.output).not.toMatch(
    /Signature=|AWS4-HMAC|media.secret/,
  )
}

describe('what goes wrong is no fault of the upgrade', () => {
  const smoke = '\n  - http: { get: /health }'
  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['a bucket that is not there', { create: 'false' }, /http:\/\/s3:9000 has no bucket "media"; it has: avatars$/],
    [
      'another secret',
      { 'secret-key': 'not-it' },
      /media\/ could not be loaded: http:\/\/s3:9000 refuses the keys \(SignatureDoesNotMatch\)/,
    ],
    ['another key', { 'access-key': 'not-it' }, /refuses the keys \(InvalidAccessKeyId\)/],
    ['another region', { region: 'eu-central-1' }, /AuthorizationHeaderMalformed/],
    ['a name that no bucket may have', { bucket: 'No_Bucket!' }, /InvalidBucketName/],
    ['a service that is none', { endpoint: 'http://web:8000' }, /could not be loaded/],
  ])('%s', async (_, more, says) => {
    expectRefused(await rehearse({ ...files(loading(more), smoke), ...media }), 'FIXTURE_PARTIAL', says)
  })

  test('a port where nobody answers', async () => {
    const silent = files(loading({ endpoint: 'http://s3:9001' }), `${smoke}\nlimits: { restore: 3s }`)
    const outcome = await rehearse({ ...silent, ...media })
    expectRefused(outcome, 'FIXTURE_PARTIAL', /media\/ could not be loaded: http:\/\/s3:9001 does not answer/)
  })

  test('a service that ends at once', async () => {
    const broken = files(loading(), smoke)
    const compose = broken['docker-compose.yml'].replace('volumes: ["objects:/data"]', 'command: [sh, -c, "exit 7"]')
    const folder = await makeFolder({ ...broken, ...media })
    await writeFile(join(folder, 'docker-compose.yml'), compose)
    expectRefused(await rehearseIn(folder), 'BASELINE_RED', /s3 exited with code 7/)
  })
})
