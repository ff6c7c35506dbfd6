import { z } from 'zod'
import { RehearsalError } from '../errors.ts'
import { didYouMean, object, path } from '../fields/index.ts'
import { definePin } from './pin.ts'

const schema = object({ file: path, key: z.string().regex(/^[A-Za-z_]\w*$/, 'not a variable name') })
type Options = z.output<typeof schema>

/** A variable in an env-file. */
export const env = definePin<Options>({
  name: 'env',
  summary: "The value of a key in an env-file, such as Compose's `.env`.",
  example: 'env: { file: .env, key: APP_VERSION }',
  schema,
  title: (options) => `${options.key} in ${options.file}`,
  file: (options) => options.file,
  keys: (options) => [options.key],
  read(text, options) {
    const line = assignment(text, options.key)
    if (line) return unquote(line.value)
    const keys = [...text.matchAll(/^\s*(?:export\s+)?([A-Za-z_]\w*)=/gm)].map((match) => match[1] as string)
    throw new RehearsalError('CONFIG', `${options.file} has no key "${options.key}"${didYouMean(options.key, keys)}`)
  },
  write(text, options, value) {
    const line = assignment(text, options.key)
    if (!line) return `${text.replace(/\n?$/, '\n')}${options.key}=${value}\n`
    return text.slice(0, line.start) + value + text.slice(line.start + line.value.length)
  },
})

/** The last assignment counts, as it does for Compose. */
function assignment(text: string, key: string): { readonly start: number; readonly value: string } | undefined {
  const form = new RegExp(String.raw`^[ \t]*(?:export[ \t]+)?${key}=((?:"[^"\n]*"|'[^'\n]*'|[^\n#]|#(?<!\s#))*?)[ \t]*(?:\s#[^\n]*)?\r?$`, 'gm')
  const match = [...text.matchAll(form)].at(-1)
  if (!match) return undefined
  return { start: match.index + match[0].indexOf('=') + 1, value: match[1] as string }
}

function unquote(value: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(value)
  return quoted ? (quoted[2] as string) : value
}
