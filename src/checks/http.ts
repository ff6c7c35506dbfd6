import { z } from 'zod'
import { object, url } from '../fields/index.ts'
import type { Request } from '../http/request.ts'
import type { Observation } from '../run/journal.ts'
import { answerFields, askAndJudge, notSignedIn, signedHeaders } from './answer.ts'
import { type CheckContext, checkFields, defineCheck } from './check.ts'
import { measureFields } from './measure.ts'
import { askAndMeasure, measuredFields } from './measured-answer.ts'

const methods = ['get', 'post', 'put', 'patch', 'delete', 'head'] as const
type Method = (typeof methods)[number]

const asked = {
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
}
const hasOneMethod = (options: Readonly<Partial<Record<Method, string | undefined>>>) =>
  methods.filter((method) => options[method] !== undefined).length === 1
const needsOneMethod = { error: `name exactly one method and its URL: ${methods.join(', ')}` }

const schema = object({ ...checkFields, ...asked, ...answerFields }).refine(hasOneMethod, needsOneMethod)
const measured = object({ ...measureFields, ...asked, ...measuredFields }).refine(hasOneMethod, needsOneMethod)
type Options = z.output<typeof schema>
type Asked = Pick<Options, keyof typeof asked>

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
  measure: {
    summary:
      'What `json`, a JSONPath, selects in the answer; what `text` matches, or its first group; else the whole answer. A list that is selected stands for what it holds.',
    example: 'http: { get: http://web:4242/api/issues, json: $.count, rule: unchanged }',
    schema: measured,
    async read(options: z.output<typeof measured>, context) {
      const asking = requestOf(options, context)
      const { status, header, ...part } = options
      return asking ? await askAndMeasure(asking, { status, header }, part, context) : { observation: notSignedIn }
    },
  },
})

function request(options: Asked): { readonly method: string; readonly url: string } {
  const method = methods.find((name) => options[name] !== undefined) as Method
  return { method: method.toUpperCase(), url: options[method] as string }
}

async function observe(options: Options, context: CheckContext): Promise<Observation> {
  const asking = requestOf(options, context)
  return asking ? await askAndJudge(asking, options, context) : notSignedIn
}

/** Undefined where it is to be signed in and nobody is. */
function requestOf(options: Asked, context: CheckContext): (() => Request) | undefined {
  const { method, url: asked } = request(options)
  const headers = signedHeaders(options, context)
  const { body, via } = options
  return headers && (() => ({ method, url: asked, headers, body, ...(via === undefined ? {} : { via }) }))
}
