import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import aws4, { type Request as Unsigned } from 'aws4'
import { ask, type Content, contentOf, type HttpContext, type Request, type Response, send } from './request.ts'
import { readBuckets, readError, readObjects, readVersions, type S3Object, type S3Version } from './s3-answers.ts'

/** Where an S3 service is and who asks it. */
export interface S3Options {
  /** `http://service:port`. */
  readonly endpoint: string
  readonly accessKey: string
  readonly secretKey: string
  readonly region: string
}

/** A refusal in the service's own words; holds no key and no signature. */
export class S3Error extends Error {
  readonly status: number
  /** The service's code, such as NoSuchBucket. */
  readonly code: string

  constructor(status: number, code: string, what: string) {
    super(`${what}: ${code}`)
    this.name = 'S3Error'
    this.status = status
    this.code = code
  }
}

interface Asked {
  readonly method: string
  readonly bucket?: string
  readonly key?: string
  readonly query?: Readonly<Record<string, string>>
  readonly content?: Content
  /** A body that is signed with all it holds. */
  readonly body?: string
}

/** How long a presigned address is good for, seconds. */
const presignedSeconds = 900

/** An S3 service with real signatures, asked through the door. Throws S3Error, and what the socket throws. */
export class S3 {
  readonly #options: S3Options
  readonly #context: HttpContext

  constructor(options: S3Options, context: HttpContext) {
    this.#options = options
    // Keys may hold braces: nothing is filled in them.
    this.#context = { ...context, fill: (text) => text }
  }

  async buckets(): Promise<string[]> {
    return readBuckets(await this.#ask({ method: 'GET' }))
  }

  async createBucket(bucket: string): Promise<void> {
    const place = `<LocationConstraint>${this.#options.region}</LocationConstraint>`
    const body = `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${place}</CreateBucketConfiguration>`
    // The first region is the one that must not be named.
    await this.#ask({ method: 'PUT', bucket, ...(this.#options.region === 'us-east-1' ? {} : { body }) })
  }

  async keepVersions(bucket: string): Promise<void> {
    const body =
      '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>'
    await this.#ask({ method: 'PUT', bucket, query: { versioning: '' }, body })
  }

  /** Every object, page by page. */
  async *objects(bucket: string, prefix = ''): AsyncGenerator<S3Object> {
    for (let token: string | undefined = ''; token !== undefined; ) {
      const query = { 'list-type': '2', ...(prefix && { prefix }), ...(token && { 'continuation-token': token }) }
      const page = readObjects(await this.#ask({ method: 'GET', bucket, query }))
      yield* page.objects
      token = page.next
    }
  }

  /** Every version of every object, page by page. */
  async *versions(bucket: string, prefix = ''): AsyncGenerator<S3Version> {
    for (let marker: Readonly<Record<string, string>> | undefined = {}; marker; ) {
      const query = { versions: '', ...(prefix && { prefix }), ...marker }
      const page = readVersions(await this.#ask({ method: 'GET', bucket, query }))
      yield* page.versions
      marker = page.next
    }
  }

  /** The bytes of an object, still to come: for what is too large to keep. */
  async open(bucket: string, key: string): Promise<Readable> {
    const answer = await ask(this.#signed({ method: 'GET', bucket, key }), this.#context)
    const status = answer.statusCode ?? 0
    if (status < 300) return answer
    answer.destroy()
    throw new S3Error(status, `status ${status}`, `GET ${bucket}/${key}`)
  }

  async get(bucket: string, key: string): Promise<Response> {
    return await this.#ask({ method: 'GET', bucket, key })
  }

  /** What an object's bytes hash to (sha256, hex) and how many there are; streamed, whatever its size. */
  async hash(bucket: string, key: string): Promise<{ readonly hash: string; readonly bytes: number }> {
    const signed = this.#signed({ method: 'GET', bucket, key })
    const answer = await ask(signed, this.#context)
    const hash = createHash('sha256')
    let bytes = 0
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      hash.update(chunk)
      bytes += chunk.length
    }
    const status = answer.statusCode ?? 0
    if (status >= 300) throw new S3Error(status, `status ${status}`, `GET ${bucket}/${key}`)
    return { hash: hash.digest('hex'), bytes }
  }

  async head(bucket: string, key: string): Promise<Response> {
    return await this.#ask({ method: 'HEAD', bucket, key })
  }

  async put(bucket: string, key: string, content: Content): Promise<void> {
    await this.#ask({ method: 'PUT', bucket, key, content })
  }

  async remove(bucket: string, key: string): Promise<void> {
    await this.#ask({ method: 'DELETE', bucket, key })
  }

  /** An address that lets whoever has it get or put one object for a while; a secret. */
  presigned(method: 'GET' | 'PUT', bucket: string, key: string): string {
    const { endpoint } = this.#options
    const path = `${pathOf(bucket, key)}?X-Amz-Expires=${presignedSeconds}`
    const signed = this.#sign({ method, path, host: new URL(endpoint).host, signQuery: true })
    return new URL(signed.path, endpoint).href
  }

  async #ask(asked: Asked): Promise<Response> {
    const { method, bucket, key } = asked
    const response = await send(this.#signed(asked), this.#context)
    if (response.status < 300) return response
    throw new S3Error(
      response.status,
      readError(response),
      `${method} ${[bucket, key].filter(Boolean).join('/') || '/'}`,
    )
  }

  #signed({ method, bucket, key, query, content, body }: Asked): Request {
    const { endpoint } = this.#options
    const path = pathOf(bucket, key) + queryOf(query)
    const type = content?.type ?? (body === undefined ? undefined : 'application/xml')
    const signed = this.#sign({
      method,
      path,
      headers: {
        host: new URL(endpoint).host,
        ...(type === undefined ? {} : { 'content-type': type }),
        // What is streamed can't be read twice.
        ...(content === undefined ? {} : { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }),
      },
      ...(body === undefined ? {} : { body }),
    })
    const sent = content ?? (body === undefined ? undefined : contentOf(body))
    const url = endpoint.replace(/\/$/, '') + path
    return { method, url, headers: signed.headers, ...(sent ? { content: sent } : {}) }
  }

  #sign(request: Unsigned): { path: string; headers: Record<string, string> } {
    const { accessKey, secretKey, region } = this.#options
    const keys = { accessKeyId: accessKey, secretAccessKey: secretKey }
    const signed = aws4.sign({ ...request, service: 's3', region }, keys)
    const headers = Object.entries(signed.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)])
    return { path: signed.path ?? '/', headers: Object.fromEntries(headers) }
  }
}

/** `/bucket/key`; what a key has in slashes stays, all else is encoded. */
function pathOf(bucket?: string, key?: string): string {
  const parts = key === undefined ? [] : key.split('/')
  return `/${[bucket, ...parts]
    .filter((part) => part !== undefined)
    .map(encoded)
    .join('/')}`
}

function queryOf(query: Readonly<Record<string, string>> | undefined): string {
  if (!query) return ''
  const pairs = Object.entries(query).map(([name, value]) => (value === '' ? name : `${name}=${encoded(value)}`))
  return `?${pairs.join('&')}`
}

function encoded(part: string): string {
  return encodeURIComponent(part).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
