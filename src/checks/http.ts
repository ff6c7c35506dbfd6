import { z } from 'zod'
import { object, url } from '../fields/index.ts'
import type { Observation } from '../run/journal.ts'
import { answerFields, askAndJudge, notSignedIn, signedHeaders } from './answer.ts'
import { type CheckContext, checkFields, defineCheck } from './check.ts'

const methods = ['get', 'post', 'put', 'patch', 'delete', 'head'] as const
type Method = (typeof methods)[number]

const schema = object({
  ...checkFields,
  get: url.optional(),
  post: url.optional(),
  put: url.optional(),
  patch: url.optional(),
  delete: url.optional(),
  head: url.optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.json().optional(),
  'signed-in': z.boolean().default(false),
  via: url.optional(),
  ...answerFields,
}).refine((options) => methods.filter((method) => options[method] !== undefined).length === 1, {
  error: `name exactly one method and its URL: ${methods.join(', ')}`,
})
type Options = z.output<typeof schema>

/** Asks a service over HTTP and compares status, headers and body. */
export const http = defineCheck<Options>({
  name: 'http',
  summary:
    'Asks a service over HTTP. Without `status`, any 2xx is expected. Redirects are not followed. `json` maps a JSONPath to a value or to conditions (`equals`, `min`, `max`, `matches`, `contains`, `count`, `exists`). `via` is where a request really goes whose address leads elsewhere.',
  example: `http:
  get: http://web:4242/api/notes
  signed-in: true
  status: 200
  header: { content-type: json }
  json:
    $.total: { min: 1 }
    $.items[*]: { count: "{baseline.notes}" }
  capture:
    notes: { count: "$.items[*]" }`,
  schema,
  title: (options) => `${request(options).method} ${request(options).url}`,
  urls: (options) => [options.via ?? request(options).url],
  writes: ({ get, head }) => get === undefined && head === undefined,
  observe,
})

function request(options: Options): { readonly method: string; readonly url: string } {
  const method = methods.find((name) => options[name] !== undefined) as Method
  return { method: method.toUpperCase(), url: options[method] as string }
}

async function observe(options: Options, context: CheckContext): Promise<Observation> {
  const { method, url: asked } = request(options)
  const headers = signedHeaders(options, context)
  if (!headers) return notSignedIn
  const { body, via } = options
  return await askAndJudge(
    () => ({ method, url: asked, headers, body, ...(via === undefined ? {} : { via }) }),
    options,
    context,
  )
}
