import type { z } from 'zod'
import { object, origin, text } from '../fields/index.ts'
import { describeFailure } from '../http/request.ts'
import { S3, S3Error } from '../http/s3.ts'
import { hints, unread } from './ask.ts'
import { countsOf } from './counts.ts'
import { type Counts, type DataContext, defineData } from './data.ts'
import { bucketOf, Gathering } from './gather.ts'
import type { Fingerprint, Row, TablePrint, Want } from './print.ts'

const schema = object({
  endpoint: origin('endpoint'),
  bucket: text.optional(),
  'access-key': text.optional(),
  'secret-key': text.optional(),
  region: text.default('us-east-1'),
})
type Options = z.output<typeof schema>

const columns = [
  { name: 'content', type: 'sha256' },
  { name: 'size', type: 'bytes' },
]

/** The objects of an S3 service. */
export const s3 = defineData<Options>({
  name: 's3',
  summary:
    'The objects of one `bucket`, or of every bucket that these keys may list, each with a hash of its bytes; asked with signed requests. The keys are by default those that the environment of a MinIO has.',
  example: 's3: { endpoint: http://s3:9000, access-key: app, secret-key: app-secret }',
  schema,
  title: ({ endpoint, bucket }) => [serviceOf(endpoint), ...(bucket === undefined ? [] : [bucket])].join('/'),
  services: ({ endpoint }) => [serviceOf(endpoint)],
  urls: ({ endpoint }) => [endpoint],
  unit: 'objects',
  count,
  print,
  drill,
  recognised: ({ service, image, isKept }) =>
    isKept && image === 'minio' ? { endpoint: `http://${service}:9000`, region: 'us-east-1' } : undefined,
  inferred(fixture) {
    if (fixture.kind !== 's3') return undefined
    const { endpoint, region, 'access-key': accessKey, 'secret-key': secretKey } = fixture.options as Options
    // The fixture itself lists the buckets: with its keys, all of them are seen.
    return { endpoint, region, 'access-key': accessKey, 'secret-key': secretKey }
  },
})

async function count(options: Options, context: DataContext): Promise<Counts> {
  return await asking(options, context, async (client) => {
    const counted: [string, number][] = []
    for (const bucket of await bucketsOf(options, client)) {
      let objects = 0
      for await (const _ of client.objects(bucket)) objects += 1
      counted.push([bucket, objects])
    }
    return countsOf(counted)
  })
}

/** Every object, read once and streamed; by its key, with a hash of its bytes and their number. */
async function print(options: Options, context: DataContext, like?: Fingerprint): Promise<Fingerprint> {
  return await asking(options, context, async (client) => {
    const tables = new Map<string, TablePrint>()
    for (const bucket of await bucketsOf(options, client)) {
      const own = new Gathering()
      for await (const { key } of client.objects(bucket)) own.add({ key, cells: await hashOf(client, bucket, key) })
      tables.set(bucket, {
        name: bucket,
        columns,
        key: ['key'],
        rows: own.count,
        content: own.content(like?.tables.get(bucket)?.content),
      })
    }
    return { tables, schema: {}, sequences: [] }
  })
}

async function drill(options: Options, context: DataContext, wants: readonly Want[]): Promise<Map<string, Row[]>> {
  return await asking(options, context, async (client) => {
    const found = new Map<string, Row[]>()
    for (const { table, buckets } of wants) {
      const rows: Row[] = []
      for await (const { key } of client.objects(table)) {
        if (buckets.includes(bucketOf(key))) rows.push({ key, cells: await hashOf(client, table, key) })
      }
      found.set(table, rows)
    }
    return found
  })
}

async function hashOf(client: S3, bucket: string, key: string): Promise<string[]> {
  const { hash, bytes } = await client.hash(bucket, key)
  return [hash, String(bytes)]
}

async function bucketsOf({ bucket }: Options, client: S3): Promise<readonly string[]> {
  return bucket === undefined ? await client.buckets() : [bucket]
}

async function asking<Result>(
  options: Options,
  { stack, signal }: DataContext,
  work: (client: S3) => Promise<Result>,
): Promise<Result> {
  const { endpoint, region } = options
  const { accessKey, secretKey } = await keysOf(options, stack)
  const http = { stack, signal, fill: (given: string) => given, home: undefined }
  const client = new S3({ endpoint, region, accessKey, secretKey }, http)
  try {
    return await work(client)
  } catch (cause) {
    signal.throwIfAborted()
    const service = serviceOf(endpoint)
    if (cause instanceof S3Error) throw unread(service, cause.message, hints.keys)
    const hint = 'does the endpoint name the port that the service listens on?'
    throw unread(service, `${endpoint} does not answer: ${describeFailure(cause)}`, hint)
  }
}

/** Those that are given, else those that MinIO itself starts with. */
async function keysOf(options: Options, stack: DataContext['stack']) {
  const { endpoint, 'access-key': accessKey, 'secret-key': secretKey } = options
  if (accessKey !== undefined && secretKey !== undefined) return { accessKey, secretKey }
  const { MINIO_ROOT_USER: user = 'minioadmin', MINIO_ROOT_PASSWORD: password = 'minioadmin' } =
    await stack.environment(serviceOf(endpoint))
  return { accessKey: accessKey ?? user, secretKey: secretKey ?? password }
}

function serviceOf(endpoint: string): string {
  return new URL(endpoint).hostname
}
