import type { z } from 'zod'
import { listOf, object, pattern, service, text } from '../fields/index.ts'
import { type CheckContext, defineCheck } from './check.ts'

const schema = object({
  name: text.optional(),
  service: service.optional(),
  services: listOf(service).optional(),
  require: pattern.optional(),
  forbid: pattern.optional(),
})
  .refine((options) => (options.service === undefined) !== (options.services === undefined), {
    error: 'name either "service" or "services"',
  })
  .refine((options) => options.require !== undefined || options.forbid !== undefined, {
    error: 'add "require" or "forbid"',
  })
type Options = z.output<typeof schema>

/** What services printed since they were started in this phase. */
export const log = defineCheck<Options>({
  name: 'log',
  summary:
    'Searches what each named service printed since it was started in this phase: `require` must match in each, `forbid` in none.',
  example: `log:
  services: [api, worker]
  forbid: "CRITICAL|Traceback"`,
  schema,
  title: (options) =>
    [
      named(options).join(', '),
      ...(options.require ? [`has /${options.require}/`] : []),
      ...(options.forbid ? [`has no /${options.forbid}/`] : []),
    ].join(' '),
  services: named,
  async observe(options, context) {
    const required = options.require === undefined ? undefined : context.pattern(options.require)
    const forbidden = options.forbid === undefined ? undefined : context.pattern(options.forbid)
    for (const name of named(options)) {
      const seen = await search(name, required, forbidden, context)
      const failed = (expected: string, actual: string) =>
        ({ outcome: 'failed', service: name, expected, actual, log: seen.around }) as const
      if (seen.forbidden !== undefined) return failed(`${name} does not log /${options.forbid}/`, seen.forbidden)
      if (required && !seen.required)
        return failed(`${name} logs /${options.require}/`, `no such line in ${seen.lines} lines`)
    }
    return { outcome: 'passed' }
  },
})

interface Search {
  lines: number
  required: boolean
  forbidden?: string
  /** The lines around the forbidden one, or the last ones. */
  readonly around: string[]
}

/** One pass over a log of any length, in flat memory. */
async function search(
  service: string,
  required: RegExp | undefined,
  forbidden: RegExp | undefined,
  context: CheckContext,
): Promise<Search> {
  const seen: Search = { lines: 0, required: false, around: [] }
  let after = 5
  const onLine = (line: string) => {
    seen.lines += 1
    seen.required ||= required?.test(line) ?? false
    if (seen.forbidden !== undefined && after-- <= 0) return
    seen.around.push(line.slice(0, 2_000))
    if (seen.forbidden === undefined && seen.around.length > 10) seen.around.shift()
    if (seen.forbidden === undefined && forbidden?.test(line)) {
      seen.forbidden = line.slice(0, 2_000)
      seen.around.splice(0, seen.around.length - 5)
    }
  }
  await context.stack.eachLogLine(service, onLine, context.signal)
  return seen
}

function named(options: Options): string[] {
  return options.services ?? [options.service as string]
}
