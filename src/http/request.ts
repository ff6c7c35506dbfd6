import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { RehearsalError } from '../errors.ts'
import type { Address } from '../stack/stack.ts'

/** A request as users write it; `url` is relative or names service and port. */
export interface Request {
  readonly method: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** A body as it is, instead of `body`. */
  readonly content?: Content
  /** Where it is really sent, for a URL whose host is a name that only users of the application know. */
  readonly via?: string
}

/** A body that is streamed; nothing in it is filled. */
export interface Content {
  readonly stream: Readable
  readonly bytes: number
  readonly type?: string
}

/** What came back. Redirects are not followed: they could lead out of the rehearsal. */
export interface Response {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Buffer
}

/** What a request needs to find its way into the stack. */
export interface HttpContext {
  /** Where this machine reaches a port of a service. */
  readonly stack: { address(service: string, port: number): Address }
  /** Aborts the request. */
  readonly signal: AbortSignal
  /** Fills `{…}` in the URL, the headers and the body. */
  readonly fill: (text: string) => string
  /** `http://service:port` that a relative URL means. */
  readonly home: string | undefined
}

const maxBodyBytes = 64 * 1024 * 1024

/** `http://service:port/path` of a URL that may be relative to the stack's address. */
export function resolveUrl(url: string, home: string | undefined): URL {
  if (/^https?:\/\//.test(url)) return new URL(url)
  if (home === undefined) {
    throw new RehearsalError('CONFIG', `"${url}" is relative, but the stack has no address`, {
      hint: 'add "address: http://service:port" to the stack, or write the whole URL',
    })
  }
  return new URL(url, home)
}

/** Asks one service through the door. Throws what the socket throws: refused, reset, aborted. */
export async function send(request: Request, context: HttpContext): Promise<Response> {
  const answer = await ask(request, context)
  try {
    return { status: answer.statusCode ?? 0, headers: headersOf(answer), bytes: await readBody(answer) }
  } finally {
    answer.destroy()
  }
}

/** The same with the answer's body still to come: for what is too large to keep. */
export async function ask(request: Request, context: HttpContext): Promise<IncomingMessage> {
  const url = resolveUrl(context.fill(request.url), context.home)
  const way = request.via === undefined ? url : resolveUrl(request.via, context.home)
  const port = Number(way.port || (way.protocol === 'https:' ? 443 : 80))
  const address = context.stack.address(way.hostname, port)
  const body = request.content ?? encodeBody(request.body, context.fill)
  const headers: Record<string, string> = {
    // The application sees the name that its users would use, not the door's loopback address: fetch can't do that.
    host: url.host,
    ...(body?.type === undefined ? {} : { 'content-type': body.type }),
    ...(body === undefined ? {} : { 'content-length': String(body.bytes) }),
  }
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = context.fill(value)
  const options = {
    ...address,
    method: request.method,
    path: url.pathname + url.search,
    headers,
    signal: context.signal,
    agent: false,
  }
  const sent =
    // A certificate can't name the door; who answers is settled by the network, which only this stack is on.
    way.protocol === 'https:' ? httpsRequest({ ...options, rejectUnauthorized: false }) : httpRequest(options)
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>
  // Whoever answers before the end, as to what is too large, is listened to.
  const [answer] = await Promise.race([answered, pipeline(body?.stream ?? [], sent).then(() => answered)])
  return answer
}

function encodeBody(body: unknown, fill: (text: string) => string): Content | undefined {
  if (body === undefined) return undefined
  if (typeof body === 'string') return contentOf(fill(body))
  const text = JSON.stringify(body, (_, value) => (typeof value === 'string' ? fill(value) : value))
  return contentOf(text, 'application/json')
}

/** A short body. */
export function contentOf(body: string | Buffer, type?: string): Content {
  const bytes = Buffer.from(body)
  return { stream: Readable.from([bytes]), bytes: bytes.length, ...(type === undefined ? {} : { type }) }
}

function headersOf(answer: IncomingMessage): Headers {
  const headers = new Headers()
  for (let index = 0; index + 1 < answer.rawHeaders.length; index += 2) {
    headers.append(answer.rawHeaders[index] as string, answer.rawHeaders[index + 1] as string)
  }
  return headers
}

async function readBody(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBodyBytes) throw new Error(`the answer is larger than ${maxBodyBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** A failed request in words; the reason may be in the cause of a cause. */
export function describeFailure(thrown: unknown): string {
  const parts: string[] = []
  for (let error = thrown; error instanceof Error && parts.length < 4; error = error.cause) {
    const code = (error as NodeJS.ErrnoException).code
    const text = error.message || code
    if (text) parts.push(text)
  }
  return parts.join(': ') || 'no answer'
}
