import { z } from 'zod'
import { RehearsalError } from '../errors.ts'
import { type Assignment, assignments, didYouMean, object, path } from '../fields/index.ts'
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
    const { value, quote } = find(text, options)
    if (value === '')
      throw new RehearsalError(
        'CONFIG',
        `${options.file}: ${options.key} has no value; write the version that production runs`,
      )
    if (quote !== "'" && value.includes('$')) {
      throw new RehearsalError('CONFIG', `${options.file}: ${options.key} is "${value}": another variable decides it`, {
        hint: 'pin that variable instead',
      })
    }
    return value
  },
  write(text, options, value) {
    const { start, end, quote } = find(text, options)
    return text.slice(0, start) + quote + value + quote + text.slice(end)
  },
})

/** The last assignment counts, as it does for Compose. */
function find(text: string, options: Options): Assignment {
  const all = assignments(text)
  const found = all.findLast(({ key }) => key === options.key)
  if (found) return found
  const keys = [...new Set(all.map(({ key }) => key))]
  throw new RehearsalError('CONFIG', `${options.file} has no key "${options.key}"${didYouMean(options.key, keys)}`, {
    absent: true,
  })
}
