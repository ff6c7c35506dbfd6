import { z } from 'zod'
import { duration, text } from '../fields/index.ts'
import { rules } from '../invariants/rule.ts'
import type { Value } from '../invariants/value.ts'
import type { Observation } from '../run/journal.ts'
import type { CheckContext } from './check.ts'

const known = 'unchanged, superset, grows or at-least'

/** Options of every check that gives a value to compare. */
export const measureFields = {
  name: text.optional(),
  /** How long the rule may be broken before it counts: what works in the background takes its time. */
  eventually: duration.optional(),
  /** How the value after the upgrade has to stand to the one before it. */
  rule: z.enum(rules, {
    error: ({ input }) =>
      input === undefined
        ? `how is its value compared with that of the baseline? ${known}`
        : `unknown rule ${JSON.stringify(input)}; write ${known}`,
  }),
}

/** A value, or why there is none: the check failed, or could not be made. */
export type Reading = { readonly value: Value } | { readonly observation: Observation }

/** How a kind of check gives its value. */
export interface Measure {
  /** What its value is, as one sentence for the reference. */
  readonly summary: string
  /** YAML of one entry under `data`; a test validates it. */
  readonly example: string
  /** Its options there, the rule among them. */
  readonly schema: z.ZodType
  read(options: never, context: CheckContext): Promise<Reading>
}
