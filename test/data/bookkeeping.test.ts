import { expect, test } from 'vitest'
import { isBookkeeping, isLog } from '../../src/data/bookkeeping.ts'

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

test.each([
  ['public.django_migrations', true],
  ['flyway_schema_history', true],
  ['DATABASECHANGELOGLOCK', false],
  ['ar_internal_metadata', false],
  ['users', false],
])('%s tells what was migrated: %s', (table, expected) => {
  expect(isLog(table)).toBe(expected)
})
