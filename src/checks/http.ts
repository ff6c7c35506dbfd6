import { z } from 'zod'
import { RehearsalError } from '../errors.ts'
import { captureName, object, pattern, sha256, text, url } from '../fields/index.ts'
import type { Observation } from '../run/journal.ts'
import { type CheckContext, defineCheck } from './check.ts'
import { describeFailure, type Response, send } from './http-request.ts'
import {
  capture,
  type Expectation,
  jsonExpectations,
  type Mismatch,
  matchJson,
  readJson,
  sha256Of,
  show,
} from './match.ts'

const methods = ['get', 'post', 'put', 'patch', 'delete', 'head'] as const
type Method = (typeof methods)[number]

const schema = object({
  name: text.optional(),
  get: url.optional(),
  post: url.optional(),
  put: url.optional(),
  patch: url.optional(),
  delete: url.optional(),
  head: url.optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.json().optional(),
  'signed-in': z.boolean().default(false),
  status: z.number().int().min(100).max(599).optional(),
  json: jsonExpectations.optional(),
  header: z.record(z.string(), pattern).optional(),
  text: pattern.optional(),
  sha256: sha256.optional(),
  capture: z.record(captureName, capture).optional(),
}).refine((options) => methods.filter((method) => options[method] !== undefined).length === 1, {
  error: `name exactly one method and its URL: ${methods.join(', ')}`,
})
type Options = z.output<typeof schema>

/** Asks a service over HTTP and compares status, headers and body. */
export const http = defineCheck<Options>({
  name: 'http',
  summary:
    'Asks a service over HTTP. Without `status`, any 2xx is expected. Redirects are not followed. `json` maps a JSONPath to a value or to conditions (`equals`, `min`, `max`, `matches`, `contains`, `count`, `exists`).',
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
  urls: (options) => [request(options).url],
  observe,
})

function request(options: Options): { readonly method: string; readonly url: string } {
  const method = methods.find((name) => options[name] !== undefined) as Method
  return { method: method.toUpperCase(), url: options[method] as string }
}

async function observe(options: Options, context: CheckContext): Promise<Observation> {
  const { method, url: asked } = request(options)
  const signedIn = options['signed-in'] ? context.signedIn : {}
  if (!signedIn) return { outcome: 'error', detail: 'the check is signed-in, but no sign-in is configured' }
  let response: Response
  try {
    const headers = { ...signedIn, ...options.headers }
    response = await send({ method, url: asked, headers, body: options.body }, context)
  } catch (cause) {
    if (cause instanceof RehearsalError) throw cause
    if (context.signal.aborted)
      return { outcome: 'failed', expected: expectedStatus(options), actual: 'no answer in time' }
    return { outcome: 'failed', expected: expectedStatus(options), actual: describeFailure(cause) }
  }
  const body = parseJson(response)
  const captured = captureAll(options, body, context)
  const mismatches = [...compare(options, response, body, context)]
  if (mismatches.length === 0) return { outcome: 'passed', captured }
  return {
    outcome: 'failed',
    captured,
    expected: mismatches.map((mismatch) => mismatch.expected).join('\n'),
    actual: mismatches.map((mismatch) => mismatch.actual).join('\n'),
    detail: `answer: ${response.status} ${show(response.bytes.subarray(0, 2_000).toString('utf8'))}`,
  }
}

function expectedStatus(options: Options): string {
  return options.status === undefined ? 'status 2xx' : `status ${options.status}`
}

function* compare(options: Options, response: Response, body: unknown, context: CheckContext): Generator<Mismatch> {
  const ok =
    options.status === undefined ? response.status >= 200 && response.status < 300 : response.status === options.status
  if (!ok) yield { expected: expectedStatus(options), actual: `status ${response.status}` }
  for (const [name, wanted] of Object.entries(options.header ?? {})) {
    const value = response.headers.get(name)
    if (value === null || !context.pattern(wanted).test(value)) {
      yield { expected: `header ${name} matches /${wanted}/`, actual: `header ${name} is ${value ?? 'absent'}` }
    }
  }
  if (options.text !== undefined && !context.pattern(options.text).test(response.bytes.toString('utf8'))) {
    yield { expected: `text matches /${options.text}/`, actual: `text of ${response.bytes.length} bytes has no match` }
  }
  const hash = sha256Of(response.bytes)
  if (options.sha256 !== undefined && hash !== options.sha256) {
    yield { expected: `sha256 ${options.sha256}`, actual: `sha256 ${hash} (${response.bytes.length} bytes)` }
  }
  if (!options.json) return
  if (body === undefined)
    yield { expected: 'a JSON document', actual: `${response.bytes.length} bytes that are not JSON` }
  else {
    for (const [path, wanted] of Object.entries(options.json)) {
      const mismatch = matchOne(body, path, wanted, context)
      if (mismatch) yield mismatch
    }
  }
}

/** A value that this very answer was to give to a template is missing in the answer: a red check, no reason to end. */
function matchOne(body: unknown, path: string, wanted: Expectation, context: CheckContext): Mismatch | undefined {
  try {
    return matchJson(body, path, wanted, context)
  } catch (cause) {
    if (!(cause instanceof RehearsalError)) throw cause
    return { expected: `${path} can be compared`, actual: cause.message }
  }
}

function parseJson(response: Response): unknown {
  try {
    return JSON.parse(response.bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

function captureAll(options: Options, body: unknown, context: CheckContext): Record<string, string> {
  const captured: Record<string, string> = {}
  for (const [name, wanted] of Object.entries(options.capture ?? {})) {
    const value = body === undefined ? undefined : readJson(body, wanted)
    if (value === undefined) continue
    captured[name] = value
    context.capture(name, value)
  }
  return captured
}
