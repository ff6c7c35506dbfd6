import { z } from 'zod'
import { RehearsalError } from '../errors.ts'
import { captureName, pattern, sha256 } from '../fields/index.ts'
import {
  capture,
  type Expectation,
  jsonExpectations,
  type Mismatch,
  matchJson,
  readJson,
  sha256Of,
  show,
} from '../http/json-match.ts'
import { describeFailure, type Request, type Response, send } from '../http/request.ts'
import type { Observation } from '../run/journal.ts'
import type { CheckContext } from './check.ts'

/** What an answer over HTTP may be expected to be. */
export const answerFields = {
  status: z.number().int().min(100).max(599).optional(),
  json: jsonExpectations.optional(),
  header: z.record(z.string(), pattern).optional(),
  text: pattern.optional(),
  sha256: sha256.optional(),
  capture: z.record(captureName, capture).optional(),
}

/** The same, parsed. */
export interface Expected {
  readonly status?: number | undefined
  readonly json?: z.output<typeof jsonExpectations> | undefined
  readonly header?: Readonly<Record<string, string>> | undefined
  readonly text?: string | undefined
  readonly sha256?: string | undefined
  readonly capture?: Readonly<Record<string, z.output<typeof capture>>> | undefined
}

/** Sends a request and compares the answer. */
export async function askAndJudge(
  request: () => Request,
  expected: Expected,
  context: CheckContext,
): Promise<Observation> {
  const answer = await answerTo(request, expected, context)
  return 'outcome' in answer ? answer : judgeAnswer(expected, answer, context)
}

/** The answer, or how it failed to come. */
export async function answerTo(
  request: () => Request,
  expected: Pick<Expected, 'status'>,
  context: CheckContext,
): Promise<Response | Observation> {
  try {
    return await send(request(), context)
  } catch (cause) {
    if (cause instanceof RehearsalError) throw cause
    if (context.signal.aborted)
      return { outcome: 'failed', expected: expectedStatus(expected), actual: 'no answer in time' }
    return { outcome: 'failed', expected: expectedStatus(expected), actual: describeFailure(cause) }
  }
}

/** Compares an answer, and captures what it is to give. */
export function judgeAnswer(expected: Expected, response: Response, context: CheckContext): Observation {
  const body = parseJson(response)
  const captured = captureAll(expected, body, context)
  const mismatches = [...compare(expected, response, body, context)]
  if (mismatches.length === 0) return { outcome: 'passed', captured }
  return {
    outcome: 'failed',
    captured,
    expected: mismatches.map((mismatch) => mismatch.expected).join('\n'),
    actual: mismatches.map((mismatch) => mismatch.actual).join('\n'),
    detail: `answer: ${response.status} ${show(response.bytes.subarray(0, 2_000).toString('utf8'))}`,
  }
}

/** Headers of a signed-in request; undefined where it is to be signed in and nobody is. */
export function signedHeaders(
  options: { readonly 'signed-in': boolean; readonly headers?: Readonly<Record<string, string>> | undefined },
  context: CheckContext,
): Readonly<Record<string, string>> | undefined {
  if (!options['signed-in']) return options.headers ?? {}
  return context.signedIn && { ...context.signedIn, ...options.headers }
}

export const notSignedIn: Observation = {
  outcome: 'error',
  detail: 'the check is signed-in, but no sign-in is configured',
}

function expectedStatus(options: Pick<Expected, 'status'>): string {
  return options.status === undefined ? 'status 2xx' : `status ${options.status}`
}

function* compare(options: Expected, response: Response, body: unknown, context: CheckContext): Generator<Mismatch> {
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
      const mismatch = compared(body, path, wanted, context)
      if (mismatch) yield mismatch
    }
  }
}

/** A value that this very answer was to give to a template is missing in the answer: a red check, no reason to end. */
export function compared(
  body: unknown,
  path: string,
  wanted: Expectation,
  context: CheckContext,
): Mismatch | undefined {
  try {
    return matchJson(body, path, wanted, context)
  } catch (cause) {
    if (!(cause instanceof RehearsalError)) throw cause
    return { expected: `${path} can be compared`, actual: cause.message }
  }
}

export function parseJson(response: Response): unknown {
  try {
    return JSON.parse(response.bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

function captureAll(options: Expected, body: unknown, context: CheckContext): Record<string, string> {
  const captured: Record<string, string> = {}
  for (const [name, wanted] of Object.entries(options.capture ?? {})) {
    const value = body === undefined ? undefined : readJson(body, wanted)
    if (value === undefined) continue
    captured[name] = value
    context.capture(name, value)
  }
  return captured
}
