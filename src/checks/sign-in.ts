import { z } from 'zod'
import { RehearsalError } from '../errors.ts'
import { object, text, url } from '../fields/index.ts'
import { jsonPath, readJson } from '../http/json-match.ts'
import { describeFailure, send } from '../http/request.ts'
import type { CheckContext } from './check.ts'
import { graphqlBody } from './graphql-body.ts'

const headers = z.record(z.string(), z.string())
const request = object({ post: url, json: z.json().optional(), body: text.optional(), headers: headers.optional() })
const graphql = object({
  mutation: text,
  variables: z.record(z.string(), z.json()).optional(),
  post: url.default('/graphql'),
}).transform(({ post, ...document }): Request => ({ post, json: graphqlBody(document) as z.core.util.JSONType }))

type Request = z.output<typeof request>
/** How a smoke suite signs in: a request or a GraphQL mutation that yields a token or a cookie, or a static header. */
export type SignIn =
  | { readonly request: Request; readonly token: string; readonly send: z.output<typeof headers> }
  | { readonly request: Request; readonly cookie: string }
  | { readonly send: z.output<typeof headers> }

/** One object and not a union of three: what is misspelt is found at its place. */
export const signInSchema = object({
  request: request.optional(),
  graphql: graphql.optional(),
  token: jsonPath.optional(),
  cookie: text.optional(),
  send: headers.optional(),
}).transform((given, context): SignIn => {
  const { token, cookie, send } = given
  const request = given.request ?? given.graphql
  if (given.request && given.graphql) {
    context.issues.push({ code: 'custom', input: given, message: 'write either "request" or "graphql"' })
    return z.NEVER
  }
  if (request && token !== undefined && send && cookie === undefined) return { request, token, send }
  if (request && cookie !== undefined && token === undefined && !send) return { request, cookie }
  if (send && !request && token === undefined && cookie === undefined) return { send }
  context.issues.push({
    code: 'custom',
    input: given,
    message: 'write { request, token, send }, { request, cookie } or { send }; "graphql" may stand for "request"',
  })
  return z.NEVER
})

/** Headers for signed-in checks. Throws SIGN_IN with what was expected and what came back. */
export async function signIn(how: SignIn, context: CheckContext): Promise<Readonly<Record<string, string>>> {
  if (!('request' in how)) return filled(how.send, context.fill)
  const { request } = how
  const asked = request.post
  const response = await send(
    { method: 'POST', url: asked, headers: request.headers ?? {}, body: request.json ?? request.body },
    context,
  ).catch((cause) => {
    if (cause instanceof RehearsalError) throw cause
    throw failed(asked, 'an answer', describeFailure(cause), cause)
  })
  if (response.status >= 400) throw failed(asked, 'status 2xx', `status ${response.status}`)
  if ('cookie' in how) {
    const cookie = response.headers.getSetCookie().find((line) => line.startsWith(`${how.cookie}=`))
    if (!cookie) throw failed(asked, `a cookie named ${how.cookie}`, 'no such cookie')
    return { cookie: cookie.split(';', 1)[0] as string }
  }
  const answer = parsed(response.bytes)
  const token = readText(answer, how.token)
  if (token === undefined) {
    // GraphQL says what is wrong in an answer with status 200.
    const said = readText(answer, '$.errors[0].message')
    throw failed(asked, `a token at ${how.token}`, said ?? 'no such value in the answer')
  }
  return filled(how.send, (header) => context.fill(header.replaceAll('{token}', token)))
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

/** Null is no text that anybody could sign in with. */
function readText(answer: unknown, path: string): string | undefined {
  const value = answer === undefined ? undefined : readJson(answer, path)
  return value === 'null' || value === '' ? undefined : value
}

function filled(wanted: Readonly<Record<string, string>>, fill: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, fill(value)]))
}

function failed(url: string, expected: string, actual: string, cause?: unknown): RehearsalError {
  return new RehearsalError('SIGN_IN', `sign-in at ${url} failed`, { expected, actual }, cause)
}
