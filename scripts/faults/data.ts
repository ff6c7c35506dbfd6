import type { Files } from '../../test/itg/harness.ts'
import { type App, both, type Fault, rehearsing } from './fault.ts'
import { composed, health, lone, notes } from './notes.ts'

const fingerprint: Readonly<Record<App, string>> = {
  postgres: 'data: [ { postgres: { service: db } } ]',
  sqlite: 'data: [ { sqlite: { service: app, file: /data/notes.db } } ]',
}

/** The target looks for its data in another place than the source left it in. */
function movedMount(): Files {
  const file = (path: string) =>
    `services: { web: { image: "rehearsal-test/app:\${V}", volumes: ["data:${path}"] } }\nvolumes: { data: }\n`
  const files = lone(
    '',
    `path: { to: "2.0" }
fixtures: [ { seed: { service: web, run: [app, seed, "10"] } } ]
smoke: ${health}
data: [ { sqlite: { service: web, file: /data/notes.db } } ]`,
  )
  return {
    ...files,
    'upgrade-rehearsal.yml': (files['upgrade-rehearsal.yml'] as string).replace(
      'compose: docker-compose.yml',
      'compose: { from: old.yml, to: new.yml }',
    ),
    'old.yml': file('/data'),
    'new.yml': file('/var/lib/notes'),
  }
}

/** Only on the target: what fails without the upgrade too is not the upgrade's fault. */
const migration = (script: string, judged: string) => `upgrade:
  strategy: migrate
  quiesce: [web]
  migrate: { service: web, run: ${JSON.stringify(script)}, ${judged} }`

export const dataFaults: readonly Fault[] = [
  {
    number: 23,
    title: 'the migration drops rows, every check is green',
    promise: { verdict: 'incompatible', code: 'DATA_LOST', says: /notes.*\b5\b/ },
    apps: both,
    inject: rehearsing((app) => notes(app, { to: '2.0-loses-data', smoke: health, more: fingerprint[app] })),
  },
  {
    number: 24,
    title: 'the old release refuses the migrated data',
    promise: { verdict: 'compatible', rollback: { image: 'fails', restore: 'works' } },
    apps: both,
    inject: rehearsing((app) =>
      notes(app, { more: 'rollback: [ { image: { expect: fails } }, { restore: { expect: works } } ]' }),
    ),
  },
  {
    number: 24,
    title: 'the same, and the guide says that it works',
    promise: { verdict: 'incompatible', code: 'ROLLBACK_FAILED', says: /old image/, rollback: { image: 'fails' } },
    apps: ['sqlite'],
    inject: rehearsing((app) => notes(app, { more: 'rollback: [ { image: { expect: works } } ]' })),
  },
  {
    number: 40,
    title: 'a migration prints that it failed and exits with 0',
    promise: { verdict: 'incompatible', code: 'MIGRATION_FAILED', says: /cancelled/ },
    apps: ['postgres'],
    inject: rehearsing(() =>
      composed('', {
        more: migration('[ $APP_VERSION = 1.0 ] || echo ERROR: migration cancelled', 'forbid: "cancelled|ERROR"'),
      }),
    ),
  },
  {
    number: 40,
    title: 'a migration does not say that it is done',
    promise: { verdict: 'incompatible', code: 'MIGRATION_FAILED', says: /migration done/ },
    apps: ['postgres'],
    inject: rehearsing(() =>
      composed('', {
        more: migration('if [ $APP_VERSION = 1.0 ]; then echo migration done; fi', 'require: "migration done"'),
      }),
    ),
  },
  {
    number: 41,
    title: 'the mount path moved: healthy but empty',
    promise: { verdict: 'incompatible', code: 'DATA_LOST', says: /notes/ },
    apps: ['sqlite'],
    inject: rehearsing(movedMount),
  },
  {
    number: 42,
    title: 'killed in the migration, which goes on when it is started again',
    promise: {
      verdict: 'compatible',
      rollback: { 'interrupted.again': 'works' },
    },
    apps: both,
    inject: rehearsing((app) => interrupted(app, '2.0-slow')),
  },
  {
    number: 42,
    title: 'killed in the migration, which can not go on',
    promise: {
      verdict: 'incompatible',
      code: 'ROLLBACK_FAILED',
      says: /interrupted/,
      rollback: { 'interrupted.again': 'fails' },
    },
    apps: both,
    inject: rehearsing((app) => interrupted(app, '2.0-fragile')),
  },
]

/** The seed says how far the migration has come when it is killed: to its middle. */
function interrupted(app: App, to: string): Files {
  const service = app === 'sqlite' ? 'app' : 'web'
  return notes(app, { to, more: `rollback: [ { interrupted: { service: ${service}, seed: 2, again: works } } ]` })
}
