import type { z } from 'zod'
import { object } from '../fields/index.ts'
import { namedByList, stepList } from '../strategies/step-kinds.ts'
import { steps as spelledOut } from '../strategies/steps.ts'
import { defineRollback, forkOf, wayFields } from './rollback.ts'

const schema = object({ ...wayFields, steps: stepList.min(1, 'name at least one step') })
type Options = z.output<typeof schema>

/** The way back as the system's own guide spells it out. */
export const command = defineRollback<Options>({
  name: 'command',
  summary:
    'The documented way back spelled out, with the steps of the strategy `steps`. All services are stopped when it begins. What comes before `pull` acts on the target, what comes after it on the old release; without `pull`, the pin changes before the first `up` or `run`.',
  example: `command:
  steps:
    - run: { service: app, run: [app, downgrade, "{source.version}"] }
    - pull: true
    - up: all
  expect: works`,
  schema,
  named({ steps }) {
    const { services, sourceServices, ...rest } = namedByList('steps', steps)
    // It goes the other way: what it names first is the target's.
    return { ...rest, services: sourceServices, sourceServices: services }
  },
  needs: ['upgraded'],
  ways: ({ name = 'command', expect }) => [
    { id: name, title: "the system's own way back", expect, writes: 'kept', finds: 'nothing' },
  ],
  parts(input, { name = 'command', steps }) {
    const { source, target, hop, firstFixture } = input
    const back = { ...hop, from: target.release, to: source.release, version: source.version, firstFixture }
    return [
      {
        key: name,
        after: 'upgraded',
        way: name,
        title: `way back "${name}": ${target.version} → ${source.version} by the system's own steps`,
        steps: [
          forkOf('upgraded', 'of the upgraded state'),
          { do: 'create', release: target.release, title: `create ${target.version}` },
          ...spelledOut.steps(back, { steps }),
          ...input.arrival(source.release),
          ...input.count('back'),
          ...input.smoke,
        ],
      },
    ]
  },
})
