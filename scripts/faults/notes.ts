import { compose, type NotesOptions, notesDump, single } from '../../test/itg/apps.ts'
import type { Files } from '../../test/itg/harness.ts'
import type { App } from './fault.ts'

/** The note keeper with ten notes: rehearsed from 1.0 to 2.0 unless it is said otherwise. */
export function notes(app: App, options: NotesOptions = {}): Files {
  if (app === 'sqlite') return { 'upgrade-rehearsal.yml': single(options) }
  return { ...compose(withAllowance(options)), 'notes.sql': notesDump(10) }
}

/** The schema's own version is a row of the database, and meant to change. */
const allowance = `data:
  - postgres: { service: db }
    allow:
      - table: schema_version
        column: version
        change: values-changed
        because: it is the schema's version
        until: 2099-12-31`

function withAllowance(options: NotesOptions): NotesOptions {
  const { more = '' } = options
  return /^data:/m.test(more) ? options : { ...options, more: `${more}\n${allowance}` }
}

/** The Compose project with one more service, or more. */
export function composed(services: string, options: NotesOptions = {}): Files {
  const files = compose(withAllowance(options))
  const project = files['docker-compose.yml'].replace('\nvolumes: { db-data: }', `${services}\nvolumes: { db-data: }`)
  return { ...files, 'docker-compose.yml': project, 'notes.sql': notesDump(10) }
}

/** A Compose project of one service with its data in a volume; `service` is YAML in braces' inside. */
export function lone(service: string, more: string): Files {
  return {
    'docker-compose.yml': `services: { web: { image: "rehearsal-test/app:\${V}", volumes: ["data:/data"], ${service} } }\nvolumes: { data: }\n`,
    '.env': 'V=1.0\n',
    'upgrade-rehearsal.yml': `
name: notes
stack: { compose: docker-compose.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: V } }
${more}
`,
  }
}

export const health = '\n  - http: { get: /health }'

/** Each check takes long enough to be struck, and there is a way back to be struck in. */
export const patient = {
  smoke: '\n  - http: { get: "/slow?ms=4000" }',
  more: 'rollback: [ { restore: { expect: works } } ]',
}
