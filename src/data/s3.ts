import type { z } from 'zod'
import { object, origin, text } from '../fields/index.ts'
import { describeFailure } from '../http/request.ts'
import { S3, S3Error } from '../http/s3.ts'
import { hints, unread } from './ask.ts'
import { countsOf } from './counts.ts'
import { type Counts, type DataContext, defineData } from './data.ts'

const schema = object({
  endpoint: origin('endpoint'),
  bucket: text.optional(),
  'access-key': text,
  'secret-key': text,
  region: text.default('us-east-1'),
})
type Options = z.output<typeof schema>

/** The objects of an S3 service. */
export const s3 = defineData<Options>({
  name: 's3',
  summary: 'Counts the objects of one `bucket`, or of every bucket that these keys may list, with signed requests.',
  example: 's3: { endpoint: http://s3:9000, access-key: app, secret-key: app-secret }',
  schema,
  title: ({ endpoint, bucket }) => [serviceOf(endpoint), ...(bucket === undefined ? [] : [bucket])].join('/'),
  services: ({ endpoint }) => [serviceOf(endpoint)],
  urls: ({ endpoint }) => [endpoint],
  unit: 'objects',
  count,
  inferred(fixture) {
    if (fixture.kind !== 's3') return undefined
    const { endpoint, region, 'access-key': accessKey, 'secret-key': secretKey } = fixture.options as Options
    // The fixture itself lists the buckets: with its keys, all of them are seen.
    return { endpoint, region, 'access-key': accessKey, 'secret-key': secretKey }
  },
})

async function count(options: Options, { stack, signal }: DataContext): Promise<Counts> {
  const { endpoint, region, 'access-key': accessKey, 'secret-key': secretKey } = options
  const http = { stack, signal, fill: (given: string) => given, home: undefined }
  const client = new S3({ endpoint, region, accessKey, secretKey }, http)
  try {
    const buckets = options.bucket === undefined ? await client.buckets() : [options.bucket]
    const counted: [string, number][] = []
    for (const bucket of buckets) {
      let objects = 0
      for await (const _ of client.objects(bucket)) objects += 1
      counted.push([bucket, objects])
    }
    return countsOf(counted)
  } catch (cause) {
    signal.throwIfAborted()
    const service = serviceOf(endpoint)
    if (cause instanceof S3Error) throw unread(service, cause.message, hints.keys)
    const hint = 'does the endpoint name the port that the service listens on?'
    throw unread(service, `${endpoint} does not answer: ${describeFailure(cause)}`, hint)
  }
}

function serviceOf(endpoint: string): string {
  return new URL(endpoint).hostname
}
