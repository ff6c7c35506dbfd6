import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Content } from './request.ts'

/** A file within a form. */
export interface FormFile {
  readonly field: string
  readonly filename: string
  readonly bytes: number
  readonly stream: Readable
  readonly type?: string
}

/** A form with a file as `multipart/form-data`, streamed; its length is known before the first byte is read. */
export function multipart(form: Readonly<Record<string, string>>, file: FormFile): Content {
  const boundary = `rehearsal-${randomUUID()}`
  const part = (disposition: string, type?: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n${type === undefined ? '' : `Content-Type: ${type}\r\n`}\r\n`
  const fields = Object.entries(form).map(([name, value]) => `${part(`name="${quoted(name)}"`)}${value}\r\n`)
  const disposition = `name="${quoted(file.field)}"; filename="${quoted(file.filename)}"`
  const head = Buffer.from(fields.join('') + part(disposition, file.type ?? 'application/octet-stream'))
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  const parts = async function* () {
    yield head
    yield* file.stream as AsyncIterable<Buffer>
    yield tail
  }
  return {
    stream: Readable.from(parts(), { objectMode: false }),
    bytes: head.length + file.bytes + tail.length,
    type: `multipart/form-data; boundary=${boundary}`,
  }
}

/** As browsers write a name that would end its quotes. */
function quoted(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
