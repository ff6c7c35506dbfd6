import { isMap, isScalar, isSeq, parseDocument, Scalar } from 'yaml'
import { z } from 'zod'
import { RehearsalError } from '../errors.ts'
import { didYouMean, object, path } from '../fields/index.ts'
import { tagOf, withTag } from '../releases/reference.ts'
import { definePin } from './pin.ts'
import { setsField } from './sets.ts'

const schema = object({
  file: path,
  path: z
    .string()
    .regex(/^[^.[\]\s]+(\.[^.[\]\s]+|\[\d+\])*$/, 'write the path as keys, such as image.tag or containers[0].image'),
  ...setsField,
})
type Options = z.output<typeof schema>

/** A value in a YAML file. */
export const yaml = treePin(
  'yaml',
  'A value in a YAML file, such as the image tag in the values of a Helm chart.',
  'values.yaml',
)
/** A value in a JSON file. */
export const json = treePin('json', 'A value in a JSON file.', 'versions.json')

function treePin(name: string, what: string, file: string) {
  return definePin<Options>({
    name,
    summary: `${what} Where the value is a whole image reference, its tag is the pin. \`sets\` names the variable that hands the value to Compose.`,
    example: `${name}: { file: ${file}, path: image.tag, sets: APP_VERSION }`,
    schema,
    title: (options) => `${options.path} in ${options.file}`,
    file: (options) => options.file,
    sets: (options) => options.sets,
    read(text, options) {
      const value = find(text, options).text
      const tag = isWholeImage(value) ? tagOf(value) : value
      if (tag !== undefined && tag !== '') return tag
      throw new RehearsalError('CONFIG', `${options.file}: ${options.path} has no version`)
    },
    write(text, options, value) {
      const found = find(text, options)
      const written = isWholeImage(found.text) ? withTag(found.text, value) : value
      const quote = found.quote || (name === 'json' || looksLikeNumber(written) ? '"' : '')
      return text.slice(0, found.start) + quote + written + quote + text.slice(found.end)
    },
  })
}

/** With a repository in front of it; a version alone has no slash and no colon. */
function isWholeImage(value: string): boolean {
  return /[/:]/.test(value)
}

/** Without quotes, YAML would read 1.10 as 1.1. */
function looksLikeNumber(value: string): boolean {
  return /^[\d.eE+-]+$/.test(value)
}

interface Found {
  readonly text: string
  readonly quote: string
  readonly start: number
  readonly end: number
}

function find(text: string, options: Options): Found {
  const document = parseDocument(text, { prettyErrors: false })
  const [broken] = document.errors
  if (broken) throw new RehearsalError('CONFIG', `${options.file} can't be read: ${broken.message}`)
  const keys = options.path.split(/[.[\]]+/).filter(Boolean)
  let node: unknown = document.contents
  for (const [index, key] of keys.entries()) {
    const at = keys.slice(0, index).join('.') || 'its top'
    if (isMap(node)) {
      const known = node.items.map((item) => String(isScalar(item.key) ? item.key.value : item.key))
      if (!known.includes(key))
        throw new RehearsalError('CONFIG', `${options.file} has no "${key}" at ${at}${didYouMean(key, known)}`, {
          absent: true,
        })
      node = node.get(key, true)
    } else if (isSeq(node) && /^\d+$/.test(key)) node = node.get(Number(key), true)
    else throw new RehearsalError('CONFIG', `${options.file} has nothing below ${at} that "${key}" could be`)
  }
  if (!(node instanceof Scalar) || !node.range) {
    throw new RehearsalError('CONFIG', `${options.file}: ${options.path} is no single value`)
  }
  const [start, end] = node.range
  const written = text.slice(start, end)
  const quote = /^(["'])[\s\S]*\1$/.exec(written)?.[1] ?? ''
  return { text: quote === '' ? written : String(node.value), quote, start, end }
}
