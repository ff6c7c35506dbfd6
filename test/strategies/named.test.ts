import { expect, test } from 'vitest'
import { strategies } from '../../src/strategies/index.ts'
import type { NamedService, Strategy } from '../../src/strategies/strategy.ts'
import { upgrade } from './hop.ts'

async function named(text: string) {
  const options = await upgrade(text)
  const name = (options as { readonly strategy: string }).strategy
  const strategy = strategies.find((one) => one.name === name) as Strategy<unknown>
  const found = strategy.named(options)
  const show = (list: readonly NamedService[] = []) => list.map(({ service, at }) => `${service} at ${at.join('.')}`)
  return { source: show(found.sourceServices), target: show(found.services) }
}

test.each([
  ['restart', 'strategy: restart', [], []],
  [
    'migrate',
    `strategy: migrate
quiesce: [web, worker]
before: [ { exec: { service: db, run: dump } } ]
migrate: { service: web, run: x }
after: [ { stop: [old] } ]`,
    ['web at quiesce.0', 'worker at quiesce.1', 'db at before.0.exec.service'],
    ['web at migrate.service', 'old at after.0.stop.0'],
  ],
  [
    'rolling',
    'strategy: rolling\norder: web\nmigrate: { service: tool, run: x }',
    ['web at order.0'],
    ['web at order.0', 'tool at migrate.service'],
  ],
  [
    'transfer',
    'strategy: transfer\nexport: { exec: { service: app, run: x } }\nfresh: a\nimport: { service: app, run: y, running: [db] }',
    ['app at export.exec.service'],
    ['app at import.service', 'db at import.running.0'],
  ],
  [
    'steps with pull',
    'strategy: steps\nsteps: [ { up: [a] }, { run: { service: b, run: x } }, { pull: true }, { stop: [c] }, { up: [a] } ]',
    ['a at steps.0.up.0', 'b at steps.1.run.service'],
    ['c at steps.3.stop.0', 'a at steps.4.up.0'],
  ],
  [
    'steps without pull',
    'strategy: steps\nsteps: [ { stop: [a] }, { restore: { postgres: { service: db, dump: x } } }, { up: [b] }, { stop: [c] } ]',
    ['a at steps.0.stop.0', 'db at steps.1.restore.postgres.service'],
    ['b at steps.2.up.0', 'c at steps.3.stop.0'],
  ],
])('%s: services of the source and of the target, each at its place', async (_, text, source, target) => {
  expect(await named(text)).toEqual({ source, target })
})
