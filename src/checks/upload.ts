import { open } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { z } from 'zod'
import { object, path, text, url } from '../fields/index.ts'
import { contentType } from '../http/content-type.ts'
import { multipart } from '../http/multipart.ts'
import type { Request } from '../http/request.ts'
import type { Observation } from '../run/journal.ts'
import { answerFields, askAndJudge, notSignedIn, signedHeaders } from './answer.ts'
import { type CheckContext, checkFields, defineCheck } from './check.ts'

const schema = object({
  ...checkFields,
  post: url.optional(),
  put: url.optional(),
  file: path,
  field: text.optional(),
  form: z.record(z.string(), z.string()).default({}),
  headers: z.record(z.string(), z.string()).optional(),
  'signed-in': z.boolean().default(false),
  via: url.optional(),
  ...answerFields,
}).refine((options) => (options.post === undefined) !== (options.put === undefined), {
  error: 'write either "post" or "put"',
})
type Options = z.output<typeof schema>

/** Sends a file. */
export const upload = defineCheck<Options>({
  name: 'upload',
  summary:
    'Sends a file: as a form with the file in `field`, or else as the body itself, as a presigned address takes it. `via` is where it really goes when the address leads elsewhere. The answer is judged as for `http`.',
  example: `upload: { put: "{captured.address}", via: "http://s3:9000", file: fixtures/photo.png }`,
  schema,
  title: (options) => `${options.file} to ${options.post ?? options.put}`,
  urls: (options) => [options.via ?? options.post ?? (options.put as string)],
  files: ({ file }) => [file],
  writes: () => true,
  observe,
})

async function observe(options: Options, context: CheckContext): Promise<Observation> {
  const headers = signedHeaders(options, context)
  if (!headers) return notSignedIn
  const found = await open(resolve(context.folder, options.file)).catch(() => undefined)
  if (!found) return { outcome: 'error', detail: `the file ${options.file} does not exist` }
  try {
    const bytes = (await found.stat()).size
    const type = contentType(options.file)
    const stream = found.createReadStream({ autoClose: false })
    const form = Object.fromEntries(Object.entries(options.form).map(([key, value]) => [key, context.fill(value)]))
    const content =
      options.field === undefined
        ? { stream, bytes, type }
        : multipart(form, { field: options.field, filename: basename(options.file), bytes, stream, type })
    const request: Request = {
      method: options.post === undefined ? 'PUT' : 'POST',
      url: options.post ?? (options.put as string),
      headers,
      content,
      ...(options.via === undefined ? {} : { via: options.via }),
    }
    return await askAndJudge(() => request, options, context)
  } finally {
    await found.close()
  }
}
