import { z } from 'zod'
import { command, duration, path, service, sha256, size } from '../../src/fields/index.ts'

/** As much of a JSON Schema as the configuration's has. */
export interface Shape {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Shape[]
  readonly oneOf?: readonly Shape[]
  readonly items?: Shape
  readonly properties?: Readonly<Record<string, Shape>>
  readonly additionalProperties?: Shape | false
  readonly required?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly $ref?: string
}

/** What users may write for a definition. */
export function inputShape(schema: z.ZodType): Shape {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape
}

const named = new Map(
  Object.entries({ command, duration, service, sha256, size, text: path }).map(([name, schema]) => [
    fingerprint(inputShape(schema)),
    name,
  ]),
)

/** A value in a few words: `duration`, `text or a list`, `60 to 90`. */
export function describe(shape: Shape): string {
  const name = named.get(fingerprint(shape))
  if (name !== undefined) return name
  if (shape.$ref) return 'any value'
  if (shape.const !== undefined) return `\`${shape.const}\``
  if (shape.enum) return shape.enum.map((value) => `\`${value}\``).join(' or ')
  if (shape.anyOf) return describeAlternatives(shape.anyOf)
  if (shape.type === 'array') return `list of ${shape.items ? describe(shape.items) : 'values'}`
  if (shape.type === 'object') return describeObject(shape)
  if (shape.type === 'boolean') return '`true` or `false`'
  if (shape.type === 'integer' || shape.type === 'number') return describeNumber(shape)
  return shape.type === 'string' ? 'text' : 'any value'
}

/** Families whose kinds have a section of their own: their names, sorted and joined → how they are told. */
export const families = new Map<string, string>()

function describeAlternatives(alternatives: readonly Shape[]): string {
  const names = alternatives
    .flatMap((one) => Object.keys(one.properties ?? {}))
    .sort()
    .join()
  const family = families.get(names)
  if (family !== undefined) return family
  const list = alternatives.find((one) => one.type === 'array')
  const single = alternatives.find((one) => one.type !== 'array')
  if (alternatives.length === 2 && list?.items && single && fingerprint(list.items) === fingerprint(single)) {
    return `${describe(single)} or a list`
  }
  return [...new Set(alternatives.map(describe))].join(' or ')
}

function describeObject({ properties, additionalProperties }: Shape): string {
  if (properties) return `{ ${Object.keys(properties).join(', ')} }`
  return additionalProperties ? `map to ${describe(additionalProperties)}` : 'map'
}

function describeNumber({ minimum, maximum }: Shape): string {
  const bounded = minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER
  return bounded ? `${minimum} to ${maximum}` : 'number'
}

function fingerprint(shape: Shape): string {
  const { description: _d, default: _v, ...rest } = shape as Shape & { $schema?: string }
  return JSON.stringify({ ...rest, $schema: undefined })
}
