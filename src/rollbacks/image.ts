import type { z } from 'zod'
import { object } from '../fields/index.ts'
import { defineRollback, forkOf, oldRelease, wayFields } from './rollback.ts'

const schema = object(wayFields)
type Options = z.output<typeof schema>

/** The old image on the data as the upgrade left it. */
export const image = defineRollback<Options>({
  name: 'image',
  summary:
    'Starts the old image on the data as the upgrade left it. It `works` when it is ready and passes the whole smoke suite, is `read-only` when only checks that write fail, and `fails` otherwise.',
  example: 'image: { expect: fails }',
  schema,
  needs: ['upgraded'],
  ways: ({ name = 'image', expect }) => [
    { id: name, title: 'the old image on the migrated data', expect, writes: 'kept', finds: 'nothing' },
  ],
  parts: (input, { name = 'image' }) => [
    {
      key: name,
      after: 'upgraded',
      way: name,
      title: `way back "${name}": ${input.source.version} on the migrated data`,
      steps: [forkOf('upgraded', 'of the upgraded state'), ...oldRelease(input)],
    },
  ],
})
