import { describe, expect, test } from 'vitest'
import { schemaDrift } from '../../src/data/schema-drift.ts'

type Schema = Record<string, string>

const base: Schema = {
  'table notes': 'a table',
  'column notes.id': "integer not null default nextval('public.notes_id_seq'::regclass)",
  'column notes.title': 'text not null',
  'index notes_pkey': 'CREATE UNIQUE INDEX notes_pkey ON public.notes USING btree (id)',
  'constraint notes notes_pkey': 'PRIMARY KEY (id)',
}
const told = (upgraded: Schema, fresh: Schema) =>
  schemaDrift(upgraded, fresh).map(({ what, upgraded = '–', fresh = '–' }) => `${what}: ${upgraded} | ${fresh}`)

test('the same schema has no drift, in whatever order its columns stand', () => {
  expect(schemaDrift(base, Object.fromEntries(Object.entries(base).toReversed()))).toEqual([])
})

describe('no difference:', () => {
  test.each<[string, Schema, Schema]>([
    [
      'an index of PostgreSQL whose name a tool has made up',
      { 'index notes_title_1a2b3c_idx': 'CREATE INDEX notes_title_1a2b3c_idx ON public.notes USING btree (title)' },
      { 'index notes_title_9f8e7d_idx': 'CREATE INDEX notes_title_9f8e7d_idx ON public.notes USING btree (title)' },
    ],
    [
      'a constraint of PostgreSQL of another name',
      { 'constraint notes notes_title_key': 'UNIQUE (title)' },
      { 'constraint notes "notes title_abc_uniq"': 'UNIQUE (title)' },
    ],
    [
      'the same in another schema',
      { 'constraint app."odd table" a_fk': 'FOREIGN KEY (a) REFERENCES b(id)' },
      { 'constraint app."odd table" b_fk': 'FOREIGN KEY (a) REFERENCES b(id)' },
    ],
    ['an index of MySQL of another name', { 'index notes.a_1': '(title)' }, { 'index notes.b_2': '(title)' }],
    [
      'a foreign key of MySQL of another name',
      { 'constraint notes.notes_ibfk_1': 'user_id → users.id' },
      { 'constraint notes.fk_user': 'user_id → users.id' },
    ],
    [
      'an index of SQLite of another name',
      { 'index ix_1 on notes': 'CREATE INDEX ix_1 ON notes (title)' },
      { 'index ix_2 on notes': 'CREATE INDEX ix_2 ON notes (title)' },
    ],
    [
      'a counter that is named after an old table',
      { 'column notes.id': "integer not null default nextval('public.memos_id_seq'::regclass)" },
      { 'column notes.id': "integer not null default nextval('notes_id_seq'::regclass)" },
    ],
  ])('%s', (_, upgraded, fresh) => {
    expect(told({ ...base, ...upgraded }, { ...base, ...fresh })).toEqual([])
  })
})

describe('told:', () => {
  test.each<[string, Schema, Schema, string[]]>([
    [
      'an index that the migration forgot',
      {},
      { 'index notes_title_idx': 'CREATE INDEX notes_title_idx ON public.notes USING btree (title)' },
      ['index notes_title_idx: – | CREATE INDEX notes_title_idx ON public.notes USING btree (title)'],
    ],
    ['a column that it left', { 'column notes.old': 'text' }, {}, ['column notes.old: text | –']],
    [
      'a column of another type, nullability or default',
      { 'column notes.body': 'text' },
      { 'column notes.body': "text not null default ''::text" },
      ["column notes.body: text | text not null default ''::text"],
    ],
    [
      'an index of the same name over something else',
      { 'index i': 'CREATE INDEX i ON public.notes USING btree (a)' },
      { 'index i': 'CREATE UNIQUE INDEX i ON public.notes USING btree (a)' },
      [
        'index i: CREATE INDEX i ON public.notes USING btree (a) | CREATE UNIQUE INDEX i ON public.notes USING btree (a)',
      ],
    ],
    [
      'one of two indexes that are alike',
      { 'index a': 'CREATE INDEX a ON public.notes (t)', 'index b': 'CREATE INDEX b ON public.notes (t)' },
      { 'index c': 'CREATE INDEX c ON public.notes (t)' },
      ['index b: CREATE INDEX b ON public.notes (t) | –'],
    ],
    [
      'the same constraint of another table',
      { 'constraint a x': 'UNIQUE (t)' },
      { 'constraint b x': 'UNIQUE (t)' },
      ['constraint a x: UNIQUE (t) | –', 'constraint b x: – | UNIQUE (t)'],
    ],
    [
      'a table, and nothing that belongs to it',
      {
        'table tags': 'a table',
        'column tags.id': 'integer',
        'index tags_pkey': 'CREATE UNIQUE INDEX tags_pkey ON public.tags USING btree (id)',
        'constraint tags tags_pkey': 'PRIMARY KEY (id)',
      },
      {},
      ['table tags: a table | –'],
    ],
    [
      'views, types and extensions',
      { 'view v': 'SELECT 1', 'extension citext': '1.6' },
      { 'view v': 'SELECT 2', 'type state': "'a', 'b'" },
      ['extension citext: 1.6 | –', "type state: – | 'a', 'b'", 'view v: SELECT 1 | SELECT 2'],
    ],
  ])('%s', (_, upgraded, fresh, expected) => {
    expect(told({ ...base, ...upgraded }, { ...base, ...fresh })).toEqual(expected)
  })
})
