import type { z } from 'zod'
import { RehearsalError } from '../errors.ts'
import { didYouMean, object, path, text } from '../fields/index.ts'
import { repositoryOf, tagOf, withTag } from '../releases/reference.ts'
import { definePin } from './pin.ts'
import { setsField } from './sets.ts'

const schema = object({ file: path, arg: text.optional(), from: text.optional(), ...setsField }).refine(
  (options) => options.arg === undefined || options.from === undefined,
  { error: 'write either "arg" or "from"' },
)
type Options = z.output<typeof schema>

/** A version in a Dockerfile. */
export const dockerfile = definePin<Options>({
  name: 'dockerfile',
  summary:
    'The tag of an image in a FROM line (the first, or the one of the repository under `from`), or the default of an ARG. `sets` names the variable that hands the value to Compose.',
  example: 'dockerfile: { file: Dockerfile, arg: APP_VERSION, sets: APP_VERSION }',
  schema,
  title: (options) =>
    options.arg === undefined
      ? `FROM ${options.from ?? ''} in ${options.file}`
      : `ARG ${options.arg} in ${options.file}`,
  file: (options) => options.file,
  sets: (options) => options.sets,
  read(content, options) {
    const { value } = find(content, options)
    const version = options.arg === undefined ? tagOf(value) : value
    if (version !== undefined) return version
    throw new RehearsalError('CONFIG', `${options.file}: "${value}" has no tag`, {
      hint: 'write the version that production runs as its tag',
    })
  },
  write(content, options, version) {
    const { value, start, quote } = find(content, options)
    const written = options.arg === undefined ? withTag(value, version) : version
    return content.slice(0, start) + quote + written + quote + content.slice(start + value.length + 2 * quote.length)
  },
})

interface Found {
  readonly name: string
  readonly value: string
  readonly quote: string
  readonly start: number
}

function find(content: string, options: Options): Found {
  const wanted = options.arg ?? options.from
  const all = options.arg === undefined ? fromLines(content) : argLines(content)
  const found = wanted === undefined ? all[0] : all.find(({ name }) => name === wanted)
  if (found?.value.includes('$')) {
    throw new RehearsalError('CONFIG', `${options.file}: FROM ${found.value}: a variable decides it`, {
      hint: 'pin that ARG instead, with arg: NAME',
    })
  }
  if (found) return found
  const what = options.arg === undefined ? 'FROM line' : 'ARG with a default'
  const known = didYouMean(
    wanted ?? '',
    all.map(({ name }) => name),
  )
  throw new RehearsalError(
    'CONFIG',
    `${options.file} has no ${what}${wanted === undefined ? '' : ` for "${wanted}"${known}`}`,
    { absent: true },
  )
}

function fromLines(content: string): Found[] {
  return [...content.matchAll(/^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)/gim)].map((match) => {
    const value = match[1] as string
    return { name: repositoryOf(value), value, quote: '', start: match.index + match[0].length - value.length }
  })
}

function argLines(content: string): Found[] {
  return [...content.matchAll(/^[ \t]*ARG[ \t]+(\w+)=("[^"\n]*"|'[^'\n]*'|\S*)/gim)].map((match) => {
    const [whole, name = '', raw = ''] = match
    const quote = /^["']/.exec(raw)?.[0] ?? ''
    const value = quote === '' ? raw : raw.slice(1, -1)
    return { name, value, quote, start: match.index + whole.length - raw.length }
  })
}
