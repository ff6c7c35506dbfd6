import { z } from 'zod'
import { didYouMean } from './suggest.ts'

/** An object with exactly these keys; an unknown key is an error that names the nearest known one. */
export function object<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape)
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined
      // One line a key: each is shown at its own place.
      return issue.keys.map((key) => `unknown key ${JSON.stringify(key)}${didYouMean(key, known)}`).join('\n')
    },
  })
}

/** What a family of kinds needs to appear in the configuration as `- name: {options}`. */
export interface NamedSchema {
  readonly name: string
  readonly schema: z.ZodType
}

/**
 * An object with one key, which names a kind of `family`, and beside it those of `beside`; parsed to `{ kind, options }`
 * with these.
 */
export function oneKindOf<Kind extends NamedSchema, Beside extends z.core.$ZodLooseShape = Record<never, never>>(
  family: string,
  kinds: readonly Kind[],
  beside: Beside = {} as Beside,
) {
  const names = kinds.map((kind) => kind.name)
  const options = kinds.map((kind) =>
    object({ [kind.name]: kind.schema, ...beside }).transform((value) => {
      const { [kind.name]: options, ...rest } = value as Record<string, unknown>
      return { ...(rest as z.output<z.ZodObject<Beside>>), kind: kind.name, options }
    }),
  )
  return z.union(options, {
    error: (issue) => {
      const keys = (isRecord(issue.input) ? Object.keys(issue.input) : []).filter((key) => !(key in beside))
      if (keys.length === 1 && names.includes(keys[0] as string)) return undefined
      const unknown = keys.find((key) => !names.includes(key))
      if (unknown !== undefined) return `unknown ${family} "${unknown}"${didYouMean(unknown, names)}`
      return `a ${family} is written as one key, one of: ${names.join(', ')}`
    },
  })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
