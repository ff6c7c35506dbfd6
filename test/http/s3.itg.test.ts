import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contentOf, send } from '../../src/http/request.ts'
import { S3, S3Error } from '../../src/http/s3.ts'
import { pollUntil } from '../../src/run/poll.ts'
import { docker } from '../itg/harness.ts'

const name = `rehearsal-test-s3-${randomUUID().slice(0, 8)}`
const signal = new AbortController().signal
let port: number

beforeAll(async () => {
  const keys = ['--env', 'S3_ACCESS_KEY=key-one', '--env', 'S3_SECRET_KEY=secret+one/==']
  await docker('run', '--detach', '--name', name, ...keys, '--publish', '127.0.0.1::9000', 'rehearsal-test/s3:3.7')
  port = Number((await docker('port', name, '9000')).trim().split(':').at(-1))
  const answers = async () =>
    await client()
      .buckets()
      .then(
        () => true,
        () => false,
      )
  await pollUntil(answers, { signal })
})
afterAll(() => docker('rm', '--force', '--volumes', name))

const client = (secretKey = 'secret+one/==', accessKey = 'key-one') =>
  new S3(
    { endpoint: 'http://minio:9000', region: 'us-east-1', accessKey, secretKey },
    {
      stack: { address: () => ({ host: '127.0.0.1', port }) },
      signal,
      fill: () => expect.unreachable(),
      home: undefined,
    },
  )

describe('a service that checks every signature', () => {
  test('takes and gives back objects of any name', async () => {
    const s3 = client()
    await s3.createBucket('names')
    const keys = [
      'plain.txt',
      'with space/ü & <b>.txt',
      "it's (1)!*.txt",
      'a+b=c~d',
      '{version}',
      'deep/er/est',
      '100%.txt',
    ]
    for (const key of keys) await s3.put('names', key, contentOf(`content of ${key}`, 'text/plain'))
    for (const key of keys) expect((await s3.get('names', key)).bytes.toString()).toBe(`content of ${key}`)
    expect((await s3.head('names', 'plain.txt')).headers.get('content-type')).toBe('text/plain')
    const listed = await Array.fromAsync(s3.objects('names'))
    expect(listed.map(({ key }) => key).sort()).toEqual(keys.toSorted())
    expect(listed.find(({ key }) => key === 'plain.txt')?.bytes).toBe('content of plain.txt'.length)
    expect((await Array.fromAsync(s3.objects('names', 'deep/'))).map(({ key }) => key)).toEqual(['deep/er/est'])
    expect(await s3.buckets()).toEqual(['names'])
  })

  test('lists more than a page', async () => {
    const s3 = client()
    await s3.createBucket('many')
    const keys = Array.from({ length: 1_005 }, (_, index) => `object-${String(index).padStart(4, '0')}`)
    for (let start = 0; start < keys.length; start += 50) {
      await Promise.all(keys.slice(start, start + 50).map((key) => s3.put('many', key, contentOf('x'))))
    }
    expect((await Array.fromAsync(s3.objects('many'))).map(({ key }) => key)).toEqual(keys)
  })

  test('switches versions on', async () => {
    const s3 = client()
    await s3.createBucket('kept')
    await s3.keepVersions('kept')
    await s3.put('kept', 'a', contentOf('1'))
    expect((await s3.head('kept', 'a')).status).toBe(200)
  })

  test('takes a presigned address from anybody, and no other', async () => {
    const s3 = client()
    await s3.createBucket('shared')
    const address = (url: string) => url.replace('minio:9000', `127.0.0.1:${port}`)
    const headers = { host: 'minio:9000' }
    // The name of the service is signed: only a request that names it is let in.
    const put = s3.presigned('PUT', 'shared', 'ü 1.txt')
    expect(put).toMatch(/^http:\/\/minio:9000\/shared\/%C3%BC%201\.txt\?X-Amz-Expires=900/)
    const context = {
      stack: { address: () => ({ host: '127.0.0.1', port }) },
      signal,
      fill: (text: string) => text,
      home: undefined,
    }
    expect((await send({ method: 'PUT', url: put, content: contentOf('shared') }, context)).status).toBe(200)
    const got = await send({ method: 'GET', url: s3.presigned('GET', 'shared', 'ü 1.txt') }, context)
    expect(got.bytes.toString()).toBe('shared')
    expect((await send({ method: 'GET', url: put }, context)).status).toBe(403)
    expect((await fetch(address(s3.presigned('GET', 'shared', 'ü 1.txt')), { headers })).status).toBe(403)
  })

  test.each([
    ['another secret', 'other', 'key-one', 'SignatureDoesNotMatch'],
    ['another key', 'secret+one/==', 'key-two', 'InvalidAccessKeyId'],
  ])('refuses %s', async (_, secret, key, code) => {
    const refused = await client(secret, key)
      .buckets()
      .then(
        () => expect.unreachable(),
        (cause: unknown) => cause,
      )
    expect(refused).toBeInstanceOf(S3Error)
    expect(refused).toMatchObject({ code, status: 403 })
    expect(String(refused)).not.toMatch(/key-|secret/)
  })

  test('says what is not there', async () => {
    await expect(client().get('nowhere', 'x')).rejects.toMatchObject({ code: 'NoSuchBucket', status: 404 })
  })
})
