/**
 * Tables in which migration tools note what they have done: to change with an upgrade is what they are for. The names are
 * those that the tools' own documentation gives (Alembic, Django, Rails, Flyway, Liquibase, Knex, db-migrate, Prisma, TypeORM,
 * Sequelize, Entity Framework, golang-migrate, goose, Diesel, sqlx, Ecto, Doctrine, Laravel), and what people write by hand.
 */
const names = [
  'alembic_version',
  'django_migrations',
  'schema_migrations',
  'ar_internal_metadata',
  'flyway_schema_history',
  'schema_history',
  'databasechangelog',
  'databasechangeloglock',
  'knex_migrations',
  'knex_migrations_lock',
  'migrations',
  '_prisma_migrations',
  'typeorm_metadata',
  'sequelizemeta',
  '__efmigrationshistory',
  'goose_db_version',
  '__diesel_schema_migrations',
  '_sqlx_migrations',
  'doctrine_migration_versions',
  'schema_version',
  'schema_versions',
  'schema_info',
  'db_version',
  'database_version',
]

/** Those of them that every run touches, whether it has anything to do or not. */
const touched = ['databasechangeloglock', 'knex_migrations_lock', 'ar_internal_metadata', 'typeorm_metadata']

/** Whether a table tells which migrations were done: it changes only where one is. */
export function isLog(table: string): boolean {
  return isBookkeeping(table) && !touched.includes(ownName(table))
}

/** Whether a table, `schema.name` or `name`, holds what was migrated and not what users have written. */
export function isBookkeeping(table: string): boolean {
  return names.includes(ownName(table))
}

function ownName(table: string): string {
  return (table.split('.').at(-1) ?? table).replaceAll('"', '').toLowerCase()
}
