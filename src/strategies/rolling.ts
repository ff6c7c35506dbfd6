import { z } from 'zod'
import { checks } from '../checks/index.ts'
import { listOf, object, oneKindOf, service } from '../fields/index.ts'
import { migration, oneShot, switchTo } from './command.ts'
import { namedIn } from './named.ts'
import { defineStrategy, type Entry, type HopInput, type StrategyStep } from './strategy.ts'

const schema = object({
  order: listOf(service).refine((names) => new Set(names).size === names.length, {
    error: 'name each service once',
  }),
  migrate: oneShot.optional(),
  between: z.array(oneKindOf('check', checks)).default([]),
})
type Options = z.output<typeof schema>

/** The old release goes on serving while the new one takes its place, one container at a time. */
export const rolling = defineStrategy<Options>({
  name: 'rolling',
  summary:
    'Replaces one container at a time, service by service in `order`, while the others go on serving both releases. After each it must be ready and pass the checks under `between`, or else the smoke suite. In `between`, `http://SERVICE.old:PORT` and `http://SERVICE.new:PORT` address the two releases.',
  example: `strategy: rolling
migrate: { service: server, run: [app, upgrade] }
order: [server, worker]
between:
  - http: { get: "http://server.new:8000/api/version", json: { $.version: "{target.version}" } }`,
  schema,
  named: ({ order, migrate, between }) => ({
    services: [
      ...namedIn(order, order, ['order']),
      ...(migrate ? [{ service: migrate.service, at: ['migrate', 'service'] }] : []),
    ],
    sourceServices: namedIn(order, order, ['order']),
    checks: between,
  }),
  steps: (hop, { order, migrate, between }) => [
    switchTo(hop),
    ...(migrate ? [migration(migrate, [])] : []),
    ...order.flatMap((name) => turns(name, hop, between)),
    { do: 'start', title: `start what else ${hop.version} has` },
  ],
})

function turns(service: string, hop: HopInput, between: readonly Entry[]): StrategyStep[] {
  const count = hop.replicas(service)
  return Array.from({ length: count }, (_, index) => index + 1).flatMap((turn): StrategyStep[] => {
    const which = count === 1 ? service : `${service} ${turn} of ${count}`
    const place = `after ${which}`
    // With the last container of a service, its old release is gone: what addresses that one has nobody to ask.
    const own = between.flatMap((check, index) => (turn === count && asksOld(check) ? [] : [index]))
    const asked = between.length === 0 ? Array.from({ length: hop.smoke }, (_, index) => index) : own
    return [
      { do: 'replace', service, turn, of: count, graceMs: hop.graceMs, title: `replace ${which}` },
      { do: 'ready', title: `${which} is ready, and everything else` },
      ...asked.map((check): StrategyStep => ({ do: 'check', check, set: 'between', title: place })),
    ]
  })
}

function asksOld(check: Entry): boolean {
  const kind = checks.find(({ name }) => name === check.kind)
  const urls = (kind?.urls as ((options: unknown) => readonly string[]) | undefined)?.(check.options) ?? []
  return urls.some((url) => /^https?:\/\/[\w-]+\.old\b/.test(url))
}
