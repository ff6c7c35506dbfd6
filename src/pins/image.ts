import { isAlias, isMap, parseDocument, Scalar } from 'yaml'
import type { z } from 'zod'
import { RehearsalError } from '../errors.ts'
import { didYouMean, object, path, service } from '../fields/index.ts'
import { tagOf, withTag } from '../releases/reference.ts'
import { definePin } from './pin.ts'

const schema = object({ file: path, service })
type Options = z.output<typeof schema>

/** The tag of an image in a Compose file. */
export const image = definePin<Options>({
  name: 'image',
  summary: "The tag of a service's image in a Compose file.",
  example: 'image: { file: docker-compose.yml, service: web }',
  schema,
  title: (options) => `image of ${options.service} in ${options.file}`,
  file: (options) => options.file,
  read(text, options) {
    const { value } = find(text, options)
    const tag = tagOf(value)
    if (tag !== undefined) return tag
    throw new RehearsalError('CONFIG', `${options.file}: the image of ${options.service}, "${value}", has no tag`, {
      hint: 'write the version that production runs as its tag',
    })
  },
  write(text, options, value) {
    const found = find(text, options)
    return text.slice(0, found.start) + withTag(found.value, value) + text.slice(found.end)
  },
})

function find(
  text: string,
  options: Options,
): { readonly value: string; readonly start: number; readonly end: number } {
  const document = parseDocument(text, { prettyErrors: false })
  const [broken] = document.errors
  if (broken) throw new RehearsalError('CONFIG', `${options.file} is not YAML: ${broken.message}`)
  const services = document.get('services')
  const names = isMap(services) ? services.items.map((item) => String(item.key)) : []
  if (!names.includes(options.service)) {
    throw new RehearsalError(
      'CONFIG',
      `${options.file} has no service "${options.service}"${didYouMean(options.service, names)}`,
      { absent: true },
    )
  }
  const node = document.getIn(['services', options.service, 'image'], true)
  if (isAlias(node)) {
    throw new RehearsalError(
      'CONFIG',
      `${options.file}: the image of ${options.service} is an alias, *${node.source}; write the image out`,
    )
  }
  if (!(node instanceof Scalar) || typeof node.value !== 'string' || !node.range) {
    throw new RehearsalError('CONFIG', `${options.file}: service "${options.service}" has no image`, { absent: true })
  }
  if (node.value.includes('$')) {
    throw new RehearsalError(
      'CONFIG',
      `${options.file}: the image of ${options.service} is "${node.value}": a variable decides it`,
      {
        hint: 'pin that variable instead, with env: { file, key }',
      },
    )
  }
  return { value: node.value, start: node.range[0], end: node.range[1] }
}
