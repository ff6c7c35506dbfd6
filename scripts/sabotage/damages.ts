import type { Scenario } from '../systems/scenarios.ts'

/** The release that the sabotage does not touch: the control goes from it to itself. */
export const source = '5.12.8'

interface Damage {
  readonly name: string
  /** What is done to the upgraded copy: SQL in its database, a script in the container with the uploads, or another file of the stack. */
  readonly by: { readonly sql: string } | { readonly sh: string } | { readonly compose: string }
  readonly verdict: Scenario['expect']['verdict']
  /** The table and the count, as a reason tells them. */
  readonly says: string
}

const first = (count: number, column: string, from: string) =>
  `${column} IN (SELECT ${column} FROM ${from} ORDER BY ${column} LIMIT ${count})`

const damages: readonly Damage[] = [
  {
    name: 'rows dropped',
    by: { sql: `DELETE FROM events WHERE ${first(13, 'id', 'events')}` },
    verdict: 'incompatible',
    says: 'events has lost 13 of 177 rows',
  },
  {
    name: 'column nulled',
    by: {
      sql: `UPDATE features SET description = NULL WHERE ${first(7, 'name', 'features WHERE description <> $$$$')}`,
    },
    verdict: 'incompatible',
    says: 'features.description is empty in 7 of 34 rows',
  },
  {
    name: 'text truncated',
    by: { sql: `UPDATE users SET email = left(email, -4) WHERE ${first(4, 'id', 'users WHERE length(email) > 8')}` },
    verdict: 'incompatible',
    says: 'users.email was cut off in 4 of 7 rows',
  },
  {
    name: 'table emptied',
    by: { sql: 'DELETE FROM reset_tokens' },
    verdict: 'incompatible',
    says: 'reset_tokens has lost 4 of 4 rows',
  },
  {
    name: 'table dropped',
    by: { sql: 'DROP TABLE reset_tokens' },
    verdict: 'incompatible',
    says: 'reset_tokens is gone with its 4 rows',
  },
  {
    name: 'values shifted',
    by: { sql: `UPDATE features SET created_at = created_at + interval '1 hour'` },
    verdict: 'compatible-with-warnings',
    says: 'features.created_at has another value in 34 of 34 rows',
  },
  {
    name: 'encoding broken',
    by: { sql: `UPDATE segments SET description = convert_from(convert_to(description, 'UTF8'), 'LATIN1')` },
    verdict: 'compatible-with-warnings',
    says: 'segments.description has the same text in another encoding in 3 of 3 rows',
  },
  {
    name: 'duplicates',
    by: {
      sql: `CREATE TEMP TABLE again AS SELECT * FROM events ORDER BY id LIMIT 5;
UPDATE again SET id = nextval('events_id_seq'); INSERT INTO events SELECT * FROM again`,
    },
    verdict: 'compatible-with-warnings',
    says: 'events has 5 rows twice that were there once, of 177',
  },
  {
    name: 'sequence reset',
    by: { sql: `SELECT setval('events_id_seq', 1)` },
    verdict: 'incompatible',
    says: 'the counter of events.id is ',
  },
  {
    name: 'file deleted',
    by: { sh: 'rm 3/photo-3.jpg' },
    verdict: 'incompatible',
    says: 'files has lost 1 of 12 files',
  },
  {
    name: 'file altered',
    by: { sh: 'printf x >> 5/photo-2.jpg' },
    verdict: 'compatible-with-warnings',
    says: 'files.content has another value in 1 of 12 rows',
  },
  {
    name: 'volume swapped for an empty one',
    by: { compose: 'uploads-elsewhere.yml' },
    verdict: 'incompatible',
    says: 'files has lost 12 of 12 files',
  },
]

/** Further files beside the example: pictures in a volume of their own, and the release that looks for them elsewhere. */
export const uploads = (volume: string) => `services:
  uploads:
    image: alpine/socat:1.7.4.3-r0
    entrypoint: [sleep, infinity]
    init: true
    volumes: ["${volume}:/uploads"]
volumes: { ${volume}: {} }
`

/** Each a rehearsal of the whole demo in which the copy is damaged once it is upgraded. */
export function sabotages(): Scenario[] {
  return damages.map(({ name, by, verdict, says }) => {
    const sql = (text: string) => ({
      service: 'db',
      run: ['sh', '-c', `test {version} = ${source} || psql -qX -v ON_ERROR_STOP=1 -U unleash -d unleash -c "$SQL"`],
      env: { SQL: text },
    })
    const sh = (script: string) => ({
      service: 'uploads',
      run: ['sh', '-ec', `cd /uploads; test {version} = ${source} || ${script}`],
    })
    const exec = 'sql' in by ? [{ exec: sql(by.sql) }] : 'sh' in by ? [{ exec: sh(by.sh) }] : []
    const compose = (own: string) => ['docker-compose.yml', own]
    const target = 'compose' in by ? by.compose : 'uploads.yml'
    return {
      system: 'unleash',
      name,
      shows: '',
      change: {
        'stack.compose': { from: compose('uploads.yml'), to: compose(target) },
        'fixtures.1': { volume: { name: 'uploads', archive: 'uploads.tar' } },
        'fixtures.2': {
          seed: {
            service: 'db',
            run: [
              ...['psql', '-qX', '-v', 'ON_ERROR_STOP=1', '-U', 'unleash', '-d', 'unleash'],
              ...['-c', `UPDATE segments SET description = 'größer als ' || id`],
            ],
          },
        },
        upgrade: {
          strategy: 'steps',
          steps: [{ down: true }, { pull: true }, { up: 'all' }, { ready: true }, ...exec],
        },
        'data.1': { files: { service: 'uploads', path: '/uploads' } },
      },
      expect: { verdict, says },
    } as Scenario
  })
}
