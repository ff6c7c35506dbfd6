import { expect, test } from 'vitest'
import { isBookkeeping } from '../../src/data/bookkeeping.ts'

test.each([
  ['alembic_version', true],
  ['public.schema_migrations', true],
  ['app."__EFMigrationsHistory"', true],
  ['SequelizeMeta', true],
  ['users', false],
  ['bird_migrations', false],
  ['schema_version_notes', false],
])('%s', (table, expected) => {
  expect(isBookkeeping(table)).toBe(expected)
})
