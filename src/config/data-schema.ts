import { z } from 'zod'
import { checks, measuring } from '../checks/index.ts'
import { changeKinds } from '../data/change.ts'
import { dataKinds } from '../data/index.ts'
import { didYouMean, object, text } from '../fields/index.ts'
import type { Rule } from '../invariants/rule.ts'

/** What is meant to happen to the data. It has a reason and an end: a list that only ever grows hides what it is for. */
const allowances = z
  .array(
    object({
      table: text,
      column: text.optional(),
      change: z.enum(changeKinds as [string, ...string[]], {
        error: ({ input }) =>
          `unknown change ${JSON.stringify(input)}${didYouMean(String(input), changeKinds) || `; one of: ${changeKinds.join(', ')}`}`,
      }),
      because: text,
      until: z
        .string({ error: 'write the last day in quotes or plain, as 2027-06-30' })
        .regex(/^\d{4}-\d\d-\d\d$/, 'write the last day as 2027-06-30'),
    }),
  )
  .default([])

/** A store, whose data is compared as a whole. */
interface StoreEntry {
  readonly kind: string
  readonly options: unknown
  readonly allow: z.output<typeof allowances>
}

/** A check whose value is compared by a rule. */
export interface InvariantEntry {
  readonly kind: string
  readonly options: unknown
  readonly rule: Rule
}

const stores = dataKinds.map(({ name, schema }) =>
  object({ [name]: schema, allow: allowances }).transform((entry): StoreEntry => {
    const { [name]: options, allow } = entry as Record<string, unknown>
    return { kind: name, options, allow: allow as StoreEntry['allow'] }
  }),
)

const invariants = measuring.map(({ name, measure }) =>
  object({ [name]: measure.schema }).transform((entry): InvariantEntry => {
    const options = (entry as Record<string, unknown>)[name]
    return { kind: name, options, rule: (options as { readonly rule: Rule }).rule }
  }),
)

const storeNames = dataKinds.map(({ name }) => name as string)
const checkNames = measuring.map(({ name }) => name)

/** Stores, and checks of any kind that gives a value. What is both is a store where it has no rule. */
export const dataSchema = z.array(
  z.union([...stores, ...invariants], {
    error: ({ input }) => {
      const isEntry = typeof input === 'object' && input !== null && !Array.isArray(input)
      const keys = (isEntry ? Object.keys(input) : []).filter((key) => key !== 'allow')
      const known = [...storeNames, ...checkNames]
      if (keys.length === 1 && known.includes(keys[0] as string)) return undefined
      const valueless = keys.find((key) => checks.some(({ name }) => name === key) && !known.includes(key))
      if (valueless !== undefined)
        return `the check "${valueless}" has no value to compare; checks that have one: ${checkNames.join(', ')}`
      const unknown = keys.find((key) => !known.includes(key))
      if (unknown !== undefined) return `unknown store "${unknown}"${didYouMean(unknown, known)}`
      return `an entry is written as one key, a store: ${storeNames.join(', ')}; or a check with a rule: ${checkNames.join(', ')}`
    },
  }),
)
