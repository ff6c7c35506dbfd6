import { z } from 'zod'
import { command, duration, listOf, object, pattern, service, text, url } from '../fields/index.ts'
import { fixtures } from '../fixtures/index.ts'
import { asked, urlOf } from '../http/asked.ts'
import { jsonExpectations, jsonPath } from '../http/json-match.ts'
import { switchTo } from './command.ts'
import { namedIn } from './named.ts'
import { countRestores, fixtureServices, namedByList, stepList, written } from './step-kinds.ts'
import { defineStrategy, type Entry, type StrategyStep } from './strategy.ts'

export const byApi = object({
  start: asked.optional(),
  capture: z.record(z.string(), jsonPath).default({}),
  poll: object({ get: url, until: jsonExpectations, fail: jsonExpectations.optional() }).optional(),
  download: asked,
  'signed-in': z.boolean().default(false),
  within: duration.optional(),
})
export const byCommand = object({
  service,
  run: command,
  file: text.optional(),
  require: pattern.optional(),
  forbid: pattern.optional(),
  within: duration.optional(),
})
const exported = z.union([object({ exec: byCommand }), object({ api: byApi })], {
  error: ({ input }) =>
    typeof input === 'object' && input !== null && ('exec' in input || 'api' in input)
      ? undefined
      : 'write { exec: … } for a command of the application or { api: … } for its API',
})
/** How the data leaves the running source. */
export type Export = z.output<typeof exported>

/** Options of the fixture kind `import`, which here gets the export as its archive. */
const imported = z.record(z.string(), z.json()).transform((given, context): Entry => {
  const kind = fixtures.find(({ name }) => (name as string) === 'import')
  const parsed = kind?.schema.safeParse({ ...given, archive: '{export}' }, { reportInput: true })
  if (parsed?.success) return { kind: 'import', options: parsed.data }
  context.issues.push(...((parsed?.error.issues ?? []) as typeof context.issues))
  return z.NEVER
})

const schema = object({
  export: exported,
  fresh: listOf(text),
  import: imported,
  before: stepList.default([]),
})
type Options = z.output<typeof schema>

/** The data goes through an export into a store that the target makes anew. */
export const transfer = defineStrategy<Options>({
  name: 'transfer',
  summary:
    'Exports the data from the running source, by a command of the application (`exec`) or its API (`api`: start, poll, download); stops everything, empties the volumes under `fresh` and imports the export into the target, with the options of the fixture kind `import`.',
  example: `strategy: transfer
export:
  api:
    start: { post: /api/v1/backup }
    capture: { id: $.id }
    poll: { get: "/api/v1/backup/{id}", until: { $.state: done } }
    download: { get: "/api/v1/backup/{id}/download" }
fresh: app-data
import: { service: app, mount: /export.snap, run: [server, import, /export.snap] }`,
  schema,
  named(options) {
    const steps = namedByList('before', options.before)
    const { exec, api } = { exec: undefined, api: undefined, ...options.export }
    const asked = [api?.start, api?.poll, api?.download].flatMap((one) => (one ? [urlOf(one)] : []))
    return {
      services: namedIn(options.import.options, fixtureServices(options.import), ['import']),
      sourceServices: [...(exec ? [{ service: exec.service, at: ['export', 'exec', 'service'] }] : []), ...steps.all],
      urls: asked,
      volumes: [...options.fresh, ...steps.volumes],
      fixtures: [...steps.fixtures, options.import],
    }
  },
  steps(hop, options) {
    const before = written(options.before, hop)
    const place = hop.firstFixture + countRestores(before)
    const load: StrategyStep = { do: 'restore', fixture: place, title: `import the export into ${hop.version}` }
    const start: StrategyStep = { do: 'start', title: `start ${hop.version}` }
    const ready: StrategyStep = { do: 'ready', title: `${hop.version} is ready on its fresh store` }
    const { fresh, import: entry } = options
    const within = 'exec' in options.export ? options.export.exec.within : options.export.api.within
    return [
      ...before,
      {
        do: 'export',
        how: options.export,
        title: `export from the running source`,
        ...(within === undefined ? {} : { withinMs: within }),
      },
      { do: 'stop', graceMs: hop.graceMs, title: 'stop all services cleanly' },
      switchTo(hop),
      { do: 'empty', volumes: fresh, title: `a fresh store: empty ${fresh.join(', ')}` },
      ...(needsTarget(entry) ? [start, ready, load] : [...beside(entry), load, start]),
    ]
  },
})

/** What an import by command has to find running, such as a database. */
function beside({ options }: Entry): StrategyStep[] {
  const { running } = options as { readonly running?: unknown }
  if (!Array.isArray(running) || running.length === 0) return []
  return [{ do: 'up', services: running as string[], title: `run only ${running.join(', ')}` }]
}

/** An import through the application's own API, or one inside it, needs the target to run. */
function needsTarget({ options }: Entry): boolean {
  const { upload, exec, running } = options as { upload?: unknown; exec?: boolean; running?: unknown }
  return upload !== undefined || exec === true || running === 'all'
}
