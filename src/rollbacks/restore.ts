import type { z } from 'zod'
import { object } from '../fields/index.ts'
import { defineRollback, forkOf, oldRelease, wayFields } from './rollback.ts'

const schema = object(wayFields)
type Options = z.output<typeof schema>

/** The state before the upgrade, from its checkpoint. */
export const restore = defineRollback<Options>({
  name: 'restore',
  summary:
    'Puts all volumes back to what they held before the upgrade, and starts the old image on them. The smoke suite must pass, and no store that had rows may be empty.',
  example: 'restore: { expect: works }',
  schema,
  needs: ['baseline'],
  ways: ({ name = 'restore', expect }) => [
    { id: name, title: 'the old image on the state before the upgrade', expect, writes: 'lost', finds: 'stores' },
  ],
  parts: (input, { name = 'restore' }) => [
    {
      key: name,
      after: 'baseline',
      way: name,
      title: `way back "${name}": ${input.source.version} on the state before the upgrade`,
      steps: [forkOf('baseline', 'of the baseline'), ...oldRelease(input)],
    },
  ],
})
