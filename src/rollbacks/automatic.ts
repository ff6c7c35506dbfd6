import { z } from 'zod'
import { command, object, service, text } from '../fields/index.ts'
import { namedIn } from '../strategies/named.ts'
import type { StrategyStep } from '../strategies/strategy.ts'
import { defineRollback, forkOf, oldRelease, sourceFor, wayFields } from './rollback.ts'

const altered = object({
  image: text.optional(),
  environment: z.record(z.string(), z.string()).optional(),
  command: command.optional(),
}).refine((options) => Object.values(options).some((value) => value !== undefined), {
  error: 'write what makes it fail: "image", "environment" or "command"',
})
const schema = object({
  ...wayFields,
  break: z.record(service, altered).refine((services) => Object.keys(services).length > 0, {
    error: 'name the service that is made to fail',
  }),
})
type Options = z.output<typeof schema>

/** A target that is made to fail and has to leave things as they were. */
export const automatic = defineRollback<Options>({
  name: 'automatic',
  summary:
    'For a system that rolls back by itself when its upgrade fails: the target is made to fail by another image, environment or command for a service (`break`), and the old image is started on what it leaves.',
  example: 'automatic: { break: { app: { environment: { IMPORT_LIMIT: "0" } } }, expect: works }',
  schema,
  named: (options) => ({ services: namedIn(options.break, Object.keys(options.break), ['break']) }),
  images: (options) => Object.values(options.break).flatMap(({ image }) => (image === undefined ? [] : [image])),
  needs: ['before'],
  ways: ({ name = 'automatic', expect }) => [
    {
      id: name,
      title: 'the old image after an upgrade that was made to fail',
      expect,
      writes: 'none',
      finds: 'rows',
    },
  ],
  parts(input, { name = 'automatic', break: altered }) {
    const { before, target, graceMs, procedure, arrival } = input
    const change = procedure.findIndex((step) => step.do === 'create' && step.release === target.release)
    const broken = procedure.slice(change).map(
      (step, index): StrategyStep =>
        index === 0
          ? ({
              ...step,
              altered,
              title: `${step.title}; ${Object.keys(altered).join(', ')} made to fail`,
            } as StrategyStep)
          : step,
    )
    // That another image runs than the release's is what was asked for, and no failure.
    const arrived = arrival(target.release).filter((step) => step.do !== 'prove')
    return [
      // What fails before the pin changes is not the failure that is wanted.
      {
        key: `${name}.before`,
        after: 'before',
        title: `way back "${name}": ${before.version} before the upgrade`,
        steps: [forkOf('before', 'before the upgrade'), ...sourceFor(input), ...procedure.slice(0, change)],
      },
      {
        key: `${name}.break`,
        after: `${name}.before`,
        title: `way back "${name}": an upgrade that is made to fail`,
        steps: [...broken, ...arrived, ...input.smoke],
        failing: true,
      },
      {
        key: name,
        after: `${name}.break`,
        way: name,
        title: `way back "${name}": ${before.version} on what the failed upgrade left`,
        steps: [
          { do: 'stop', graceMs, title: 'stop all services cleanly' },
          ...oldRelease({ ...input, source: before }),
        ],
      },
    ]
  },
})
