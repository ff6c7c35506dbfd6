import type { z } from 'zod'
import { listOf, object } from '../fields/index.ts'
import { moved, moveStep } from '../strategies/step-kinds.ts'
import { defineRollback, forkOf, oldRelease, wayFields } from './rollback.ts'

const schema = object({ ...wayFields, move: listOf(moved) })
type Options = z.output<typeof schema>

/** Files that the upgrade kept, put back by hand. */
export const files = defineRollback<Options>({
  name: 'files',
  summary:
    'Renames files or folders inside volumes, as where an upgrade keeps the old database beside the new one, and starts the old image.',
  example: 'files: { move: { volume: app-data, from: db/app.db.pre-upgrade, to: db/app.db }, expect: works }',
  schema,
  named: ({ move }) => ({ volumes: move.map(({ volume }) => volume) }),
  needs: ['upgraded'],
  ways: ({ name = 'files', expect }) => [
    { id: name, title: 'the old image on the files that the upgrade kept', expect, writes: 'lost', finds: 'rows' },
  ],
  parts: (input, { name = 'files', move }) => [
    {
      key: name,
      after: 'upgraded',
      way: name,
      title: `way back "${name}": files moved back, then ${input.source.version}`,
      steps: [forkOf('upgraded', 'of the upgraded state'), ...move.map(moveStep), ...oldRelease(input)],
    },
  ],
})
