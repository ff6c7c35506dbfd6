import type { z } from 'zod'
import { object } from '../fields/index.ts'
import { defineCheck } from './check.ts'
import { commandFields, judgeCommand, measureCommand, measuredCommand } from './command-output.ts'

const schema = object(commandFields)
type Options = z.output<typeof schema>

/** A command inside a service that runs. */
export const exec = defineCheck<Options>({
  name: 'exec',
  summary: 'Runs a command inside a running service and judges its exit code and what it printed.',
  example: `exec:
  service: api
  run: [alembic, current]
  output: "\\\\(head\\\\)"`,
  schema,
  title: (options) => `${options.service}: ${options.run.join(' ')}`,
  services: (options) => [options.service],
  async observe(options, context) {
    const result = await context.stack.exec(options.service, options.run.map(context.fill), {
      signal: context.signal,
      ...(options.env ? { env: options.env } : {}),
      ...(options.user ? { user: options.user } : {}),
    })
    return judgeCommand(options, result, context)
  },
  measure: {
    summary:
      'What `output` matches in what the command prints, or its first group; else all that it prints, whose lines are the elements.',
    example: 'exec: { service: app, run: [app, count], rule: at-least }',
    schema: measuredCommand,
    read: (options: z.output<typeof measuredCommand>, context) =>
      measureCommand(options, context.stack.exec.bind(context.stack), context),
  },
})
