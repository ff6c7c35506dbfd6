import { XMLParser } from 'fast-xml-parser'
import type { Response } from './request.ts'

/** An object as a list names it. */
export interface S3Object {
  readonly key: string
  readonly bytes: number
  readonly etag: string
}

/** One version of an object. */
export interface S3Version extends S3Object {
  readonly id: string
  readonly latest: boolean
}

type Node = Readonly<Record<string, unknown>>

const lists = new Set(['Contents', 'Version', 'Bucket'])
// Every value as text: a key such as 007 is no number.
const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  // A full page of names may hold more entities than the parser takes for harmless.
  processEntities: false,
  isArray: (name) => lists.has(name),
})

export function readBuckets(answer: Response): string[] {
  return list(child(root(answer, 'ListAllMyBucketsResult'), 'Buckets'), 'Bucket').map((one) => text(one, 'Name'))
}

export function readObjects(answer: Response): { objects: S3Object[]; next: string | undefined } {
  const result = root(answer, 'ListBucketResult')
  const next = text(result, 'NextContinuationToken')
  return { objects: list(result, 'Contents').map(readObject), next: next === '' ? undefined : next }
}

export function readVersions(answer: Response): {
  versions: S3Version[]
  next: Readonly<Record<string, string>> | undefined
} {
  const result = root(answer, 'ListVersionsResult')
  const versions = list(result, 'Version').map((one) => ({
    ...readObject(one),
    id: text(one, 'VersionId'),
    latest: text(one, 'IsLatest') === 'true',
  }))
  if (text(result, 'IsTruncated') !== 'true') return { versions, next: undefined }
  const next = { 'key-marker': text(result, 'NextKeyMarker'), 'version-id-marker': text(result, 'NextVersionIdMarker') }
  return { versions, next }
}

/** The service's code for what is wrong, or the bare status where it says none. */
export function readError(answer: Response): string {
  const code = text(root(answer, 'Error'), 'Code')
  return code === '' ? `status ${answer.status}` : code
}

function readObject(one: Node): S3Object {
  return { key: text(one, 'Key'), bytes: Number(text(one, 'Size')), etag: text(one, 'ETag').replaceAll('"', '') }
}

function root(answer: Response, name: string): Node {
  try {
    return child(parser.parse(answer.bytes.toString('utf8')) as Node, name)
  } catch {
    return {}
  }
}

function child(node: Node, name: string): Node {
  const found = node[name]
  return typeof found === 'object' && found !== null ? (found as Node) : {}
}

function list(node: Node, name: string): Node[] {
  const found = node[name]
  return Array.isArray(found) ? found.filter((one) => typeof one === 'object') : []
}

function text(node: Node, name: string): string {
  const found = node[name]
  return found === undefined || typeof found === 'object' ? '' : decoded(String(found))
}

const entities: Readonly<Record<string, string>> = { amp: '&', apos: "'", gt: '>', lt: '<', quot: '"' }

function decoded(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[name] ?? whole
    return String.fromCodePoint(Number.parseInt(hex ?? decimal, hex === undefined ? 10 : 16))
  })
}
