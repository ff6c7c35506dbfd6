import type { z } from 'zod'
import { listOf, object, service } from '../fields/index.ts'
import { migration, oneShot, switchTo } from './command.ts'
import { namedIn } from './named.ts'
import { countRestores, namedByList, stepList, written } from './step-kinds.ts'
import { defineStrategy } from './strategy.ts'

const schema = object({
  quiesce: listOf(service),
  migrate: oneShot,
  before: stepList.default([]),
  after: stepList.default([]),
})
type Options = z.output<typeof schema>

/** A one-shot command migrates while the services that use the data are stopped. */
export const migrate = defineStrategy<Options>({
  name: 'migrate',
  summary:
    'Stops the services under `quiesce`, changes the pin, runs the migration exactly once in a container of its own, and starts the target. Nothing that was stopped may run meanwhile. `before` is done on the source, `after` once the target is ready.',
  example: `strategy: migrate
quiesce: [web, worker]
migrate:
  service: web
  run: [python, manage.py, migrate, --noinput]
  forbid: "cancelled|ERROR"
  within: 10m`,
  schema,
  named({ quiesce, migrate, before, after }) {
    const [first, last] = [namedByList('before', before), namedByList('after', after)]
    return {
      services: [{ service: migrate.service, at: ['migrate', 'service'] }, ...last.all],
      sourceServices: [...namedIn(quiesce, quiesce, ['quiesce']), ...first.all],
      volumes: [...first.volumes, ...last.volumes],
      fixtures: [...first.fixtures, ...last.fixtures],
    }
  },
  steps(hop, { quiesce, migrate, before, after }) {
    const first = written(before, hop)
    const afterwards = written(after, { ...hop, firstFixture: hop.firstFixture + countRestores(first) })
    return [
      ...first,
      { do: 'stop', graceMs: hop.graceMs, services: quiesce, title: `quiesce ${quiesce.join(', ')}` },
      switchTo(hop),
      migration(migrate, quiesce),
      { do: 'start', title: `start ${hop.version}` },
      ...(afterwards.length > 0 ? [{ do: 'ready', title: 'the target is ready' } as const, ...afterwards] : []),
    ]
  },
})
