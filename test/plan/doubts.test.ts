import { expect, test } from 'vitest'
import { makePlan } from '../../src/plan/planner.ts'
import { load } from '../config/folder.ts'

test('the control does not ask a migration for what shows that it did something', async () => {
  const config = await load(`stack: { compose: a.yml, address: "http://web:8000" }
path: { to: "2.0" }
pin: { env: { file: .env, key: V } }
fixtures: [ { postgres: { service: db, dump: prod.dump } } ]
upgrade: { strategy: migrate, quiesce: [web], migrate: { service: web, run: [app, migrate], require: Applying, forbid: ERROR } }
smoke: [ { http: { get: /notes } } ]
`)
  const releases = ['1.0', '2.0'].map((version) => ({
    version,
    images: [
      { service: 'web', reference: `example/app:${version}`, pinned: true },
      { service: 'db', reference: 'postgres:17', pinned: false },
    ],
  }))
  const { stages, doubts } = makePlan(config, releases, [])
  const migrations = (phases: readonly string[]) =>
    [...stages, ...doubts]
      .filter(({ phase }) => phases.includes(phase))
      .flatMap(({ steps }) => steps)
      .flatMap((step) => (step.do === 'command' ? [{ require: step.require, forbid: step.forbid }] : []))
  expect(migrations(['hop', 'target', 'confirm'])).toEqual([
    { require: 'Applying', forbid: 'ERROR' },
    { require: 'Applying', forbid: 'ERROR' },
  ])
  expect(migrations(['control'])).toEqual([{ require: undefined, forbid: 'ERROR' }])
})
