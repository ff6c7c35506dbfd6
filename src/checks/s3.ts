import { z } from 'zod'
import { RehearsalError } from '../errors.ts'
import { captureName, object, origin, sha256, text } from '../fields/index.ts'
import { expectation, type Mismatch, matchJson, sha256Of } from '../http/json-match.ts'
import { contentOf, describeFailure, send } from '../http/request.ts'
import { S3, S3Error } from '../http/s3.ts'
import type { Value } from '../invariants/value.ts'
import type { Observation } from '../run/journal.ts'
import { type CheckContext, checkFields, defineCheck } from './check.ts'
import { measureFields } from './measure.ts'

const bucketFields = {
  endpoint: origin('endpoint'),
  bucket: text,
  'access-key': text,
  'secret-key': text,
  region: text.default('us-east-1'),
  prefix: text.optional(),
}
const schema = object({
  ...checkFields,
  ...bucketFields,
  keys: expectation.optional(),
  bytes: expectation.optional(),
  object: object({ key: text, sha256: z.union([sha256, z.string().regex(/^\{.+\}$/)]).optional() }).optional(),
  presigned: object({ key: text, text: text.default('a rehearsal was here') }).optional(),
  capture: object({
    keys: captureName.optional(),
    bytes: captureName.optional(),
    sha256: captureName.optional(),
  }).optional(),
})
type Options = z.output<typeof schema>
type Bucket = Pick<Options, keyof typeof bucketFields>
const measured = object({ ...measureFields, ...bucketFields })

/** What a bucket holds. */
export const s3 = defineCheck<Options>({
  name: 's3',
  summary:
    'Looks into a bucket with signed requests: how many keys it has and how many bytes they hold, and the checksum of one object. `presigned` puts an object through a presigned address and gets it back through another.',
  example: `s3:
  endpoint: http://s3:9000
  bucket: media
  access-key: app
  secret-key: app-secret
  keys: { min: 1, equals: "{baseline.media}" }
  presigned: { key: rehearsal/probe.txt }
  capture: { keys: media }`,
  schema,
  title: (options) =>
    [`bucket ${options.bucket}`, ...(options.presigned ? [`presigned ${options.presigned.key}`] : [])].join(', '),
  services: (options) => [new URL(options.endpoint).hostname],
  urls: (options) => [options.endpoint],
  captures: ({ capture }) => Object.values(capture ?? {}).filter((name) => name !== undefined),
  observe: (options, context) => orUnread(options, () => look(options, context)),
  measure: {
    summary: 'The keys are the elements, and their number is the number; `unchanged` compares the sizes too.',
    example:
      's3: { endpoint: "http://s3:9000", bucket: media, access-key: app, secret-key: app-secret, rule: superset }',
    schema: measured,
    async read(options: z.output<typeof measured>, context) {
      let value: Value | undefined
      const observation = await orUnread(options, async () => {
        value = await keysOf(options, context)
        return { outcome: 'passed' }
      })
      return value ? { value } : { observation }
    },
  },
})

/** A bucket that can't be read is a check that failed. */
async function orUnread({ endpoint, bucket }: Bucket, work: () => Promise<Observation>): Promise<Observation> {
  const service = new URL(endpoint).hostname
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof RehearsalError) throw cause
    if (cause instanceof S3Error)
      return { outcome: 'failed', service, expected: `bucket ${bucket} can be read`, actual: cause.message }
    return { outcome: 'failed', service, expected: `${endpoint} answers`, actual: describeFailure(cause) }
  }
}

function clientFor(
  { endpoint, region, 'access-key': accessKey, 'secret-key': secretKey }: Bucket,
  context: CheckContext,
) {
  return new S3({ endpoint, region, accessKey, secretKey }, context)
}

/** The keys are the elements, their number is the number; with their sizes they are the whole. */
async function keysOf(options: Bucket, context: CheckContext): Promise<Value> {
  const found: { readonly key: string; readonly bytes: number }[] = []
  for await (const one of clientFor(options, context).objects(options.bucket, options.prefix)) found.push(one)
  const whole = found.map(({ key, bytes }) => JSON.stringify([key, bytes])).sort()
  return { whole: whole.join('\n'), elements: found.map(({ key }) => [key]), number: found.length }
}

async function look(options: Options, context: CheckContext): Promise<Observation> {
  const { endpoint, bucket } = options
  const client = clientFor(options, context)
  const failed = (expected: string, actual: string): Observation => {
    return { outcome: 'failed', service: new URL(endpoint).hostname, expected, actual, captured }
  }
  const captured: Record<string, string> = {}
  const keep = (what: 'keys' | 'bytes' | 'sha256', value: string) => {
    const name = options.capture?.[what]
    if (name === undefined) return
    captured[name] = value
    context.capture(name, value)
  }
  const seen = { keys: 0, bytes: 0 }
  const probe = options.presigned && context.fill(options.presigned.key)
  for await (const one of client.objects(bucket, options.prefix)) {
    // What an earlier round of this check left behind where it may not be removed.
    if (one.key === probe) continue
    seen.keys += 1
    seen.bytes += one.bytes
  }
  for (const part of ['keys', 'bytes'] as const) {
    keep(part, String(seen[part]))
    const wanted = options[part]
    const mismatch = wanted === undefined ? undefined : matchJson(seen, `$.${part}`, wanted, context)
    if (mismatch) return failed(`${bucket}: ${mismatch.expected}`, mismatch.actual)
  }
  if (options.object) {
    const key = context.fill(options.object.key)
    const found = await client.get(bucket, key).catch((cause) => {
      if (cause instanceof S3Error) return cause
      throw cause
    })
    if (found instanceof S3Error) return failed(`${key} can be read`, found.message)
    const hash = sha256Of(found.bytes)
    keep('sha256', hash)
    const wanted = options.object.sha256 === undefined ? hash : context.fill(options.object.sha256)
    if (wanted !== hash) return failed(`${key} has sha256 ${wanted}`, `sha256 ${hash}`)
  }
  const mismatch = options.presigned && probe !== undefined && (await askPresigned(client, options, probe, context))
  return mismatch ? failed(mismatch.expected, mismatch.actual) : { outcome: 'passed', captured }
}

async function askPresigned(
  client: S3,
  { bucket, presigned }: Options,
  key: string,
  context: CheckContext,
): Promise<Mismatch | undefined> {
  const content = presigned?.text ?? ''
  // No template may be looked for in an address that a signature covers.
  const plain = { ...context, fill: (given: string) => given }
  const address = client.presigned('PUT', bucket, key)
  const put = await send({ method: 'PUT', url: address, content: contentOf(content) }, plain)
  if (put.status >= 300) return { expected: `a presigned PUT of ${key} is taken`, actual: `status ${put.status}` }
  const got = await send({ method: 'GET', url: client.presigned('GET', bucket, key) }, plain)
  // Left there, it would be one key more for whoever counts them on the target.
  await client.remove(bucket, key).catch((cause) => {
    if (!(cause instanceof S3Error)) throw cause
  })
  if (got.status === 200 && got.bytes.toString('utf8') === content) return undefined
  const actual = `status ${got.status}, ${got.bytes.length} bytes`
  return { expected: `a presigned GET of ${key} gives it back`, actual }
}
