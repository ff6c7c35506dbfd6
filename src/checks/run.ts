import type { z } from 'zod'
import { object } from '../fields/index.ts'
import { defineCheck } from './check.ts'
import { commandFields, judgeCommand, measureCommand, measuredCommand } from './command-output.ts'

const schema = object(commandFields)
type Options = z.output<typeof schema>

/** A command in a one-shot container of a service. */
export const run = defineCheck<Options>({
  name: 'run',
  summary:
    'Runs a command in a new container of a service, next to the running ones, and judges its exit code and what it printed. Starts no dependencies.',
  example: `run:
  service: api
  run: [app, check-config]
  forbid: ERROR`,
  schema,
  title: (options) => `${options.service}: ${options.run.join(' ')}`,
  services: (options) => [options.service],
  async observe(options, context) {
    const result = await context.stack.run(options.service, options.run.map(context.fill), {
      signal: context.signal,
      ...(options.env ? { env: options.env } : {}),
      ...(options.user ? { user: options.user } : {}),
    })
    return judgeCommand(options, result, context)
  },
  measure: {
    summary: 'As of `exec`.',
    example: 'run: { service: app, run: [app, list-users], rule: superset }',
    schema: measuredCommand,
    read: (options: z.output<typeof measuredCommand>, context) =>
      measureCommand(options, context.stack.run.bind(context.stack), context),
  },
})
