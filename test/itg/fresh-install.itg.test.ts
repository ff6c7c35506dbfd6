import { describe, expect, test } from 'vitest'
import { compose, composeFile, notesDump, single } from './apps.ts'
import { rehearse } from './harness.ts'

const health = '\n  - http: { get: /health }'
const fresh = 'fresh-install: true'
const notes = (more: string, dump = notesDump(10)) => ({
  ...compose({ smoke: health, more }),
  'notes.sql': dump,
})

describe('a fresh install beside the upgrade', () => {
  test('that has the same schema is told and is no reason, whatever its constraints are called', async () => {
    // What an older version of a tool has called its constraint.
    const renamed = notesDump(10).replace('notes_pkey', 'notes_abc123_pk')
    const outcome = await rehearse(notes(fresh, renamed))
    expect(outcome.verdict.data.fresh).toMatchObject([{ store: 'db', drift: [] }])
    expect(outcome.codes).toEqual([])
    expect(outcome.exitCode).toBe(0)
  })

  test('that has what the migration forgot is a warning which names it', async () => {
    // The source has lost its key, and has a column and an index that the target knows nothing of.
    const drifted = notesDump(10)
      .replace('ALTER TABLE ONLY public.notes ADD CONSTRAINT notes_pkey PRIMARY KEY (id);', '')
      .replace(
        'title text NOT NULL);',
        'title text, colour text);\nCREATE INDEX by_title ON public.notes (title);\nCREATE SEQUENCE public.spare;',
      )
    const outcome = await rehearse(notes(fresh, drifted))
    expect(outcome.verdict.verdict).toBe('compatible-with-warnings')
    expect(outcome.codes).toEqual(['SCHEMA_DRIFT'])
    expect(outcome.verdict.data.fresh[0]?.drift).toEqual([
      { what: 'sequence spare', upgraded: 'bigint by 1' },
      { what: 'column notes.colour', upgraded: 'text' },
      { what: 'column notes.title', upgraded: 'text', fresh: 'text not null' },
      { what: 'constraint notes notes_pkey', fresh: 'PRIMARY KEY (id)' },
      { what: 'index by_title', upgraded: 'CREATE INDEX by_title ON public.notes USING btree (title)' },
      { what: 'index notes_pkey', fresh: 'CREATE UNIQUE INDEX notes_pkey ON public.notes USING btree (id)' },
    ])
    expect(outcome.verdict.reasons[0]?.message).toContain('column notes.colour is only in the upgraded one')
  })

  test('by a migration of its own has its database running', async () => {
    const migrate = `${fresh}
upgrade:
  strategy: migrate
  quiesce: web
  migrate: { service: web, run: [app, migrate] }`
    const outcome = await rehearse(notes(migrate))
    expect(outcome.codes).toEqual([])
    expect(outcome.verdict.data.fresh).toMatchObject([{ store: 'db', drift: [] }])
  })

  test('of a single image with SQLite begins with an empty volume', async () => {
    const data = 'data:\n  - sqlite: { service: app, file: /data/notes.db }'
    const outcome = await rehearse({ 'upgrade-rehearsal.yml': single({ more: `${fresh}\n${data}` }) })
    expect(outcome.codes).toEqual([])
    expect(outcome.verdict.data.fresh).toMatchObject([{ store: 'app/data/notes.db', drift: [] }])
  })

  test('that does not come up never makes the upgrade incompatible', async () => {
    // It starts only where the backup has put its licence.
    const needsLicence = 'test -e /kept/licence || { echo no licence >&2; exit 9; }; exec app serve'
    const file = composeFile
      .replace('restart: always', `command: [sh, -c, "${needsLicence}"]\n    volumes: ["kept:/kept"]`)
      .replace('volumes: { db-data: }', 'volumes: { db-data: , kept: }')
    const fixtures = '\n  - postgres: { service: db, dump: notes.sql }\n  - directory: { volume: kept, from: kept }'
    const outcome = await rehearse({
      ...compose({ smoke: health, more: fresh, fixtures }),
      'notes.sql': notesDump(10),
      'kept/licence': 'paid for',
      'docker-compose.yml': file,
    })
    expect(outcome.codes).toEqual(['SCHEMA_UNCOMPARED'])
    expect(outcome.verdict.reasons[0]?.message).toMatch(/^The fresh install was not compared: web exited with code 9/)
    expect(outcome.verdict.verdict).toBe('compatible-with-warnings')
  })
})
