import { drilledRows } from './pairs.ts'
import { bucketCount, type Column, longestCell, valueColumns } from './print.ts'

/** More rows of one table are never read one by one. */
export const mostRows = 2 * drilledRows

/** A table as the catalogue tells of it. */
export interface Known {
  readonly name: string
  readonly quoted: string
  readonly columns: readonly (Column & { readonly base: string })[]
  readonly key: readonly string[]
  readonly few: boolean
}

/** Each row as a `RowLine`; an array, for a function takes no more than 100 values. */
export function rowsSql(
  { quoted: table }: Known,
  place: number,
  key: readonly string[],
  columns: Known['columns'],
  buckets?: readonly number[],
): string {
  const cells = valueColumns({ columns, key }).map(({ name }) => cellSql(quoted(name)))
  const part = buckets ? ` WHERE ${bucketSql(key, columns)} IN (${buckets.join(', ')})` : ''
  const all = `${place}, ${keySql(key)}, ARRAY[${cells.join(', ')}]::text[]`
  return `SELECT json_build_array(${all}) FROM ${table}${part} LIMIT ${mostRows};\n`
}

function cellSql(column: string): string {
  const text = `${column}::text`
  return `CASE WHEN length(${text}) > ${longestCell} THEN left(${text}, ${longestCell}) || '…' || md5(${text}) ELSE ${text} END`
}

function keySql(key: readonly string[]): string {
  return key.length === 0 ? `''` : key.map((name) => `${quoted(name)}::text`).join(` || E'\\x01' || `)
}

/** Each part as a `SumsLine`: the sum of the keys' hashes, then that of each column's. */
export function sumsSql(
  { quoted: table }: Known,
  place: number,
  key: readonly string[],
  columns: Known['columns'],
): string {
  const seed = seedSql(key, columns)
  const sums = valueColumns({ columns, key }).map((column) => `coalesce(sum(${hashSql(column, seed)}), 0)::text`)
  const own = [`coalesce(sum(${seed}), 0)::text`, ...sums].join(', ')
  const all = `${place}, ${bucketSql(key, columns)}, count(*), ARRAY[${own}]`
  return `SELECT json_build_array(${all}) FROM ${table} GROUP BY ${bucketSql(key, columns)};\n`
}

const integers = ['int2', 'int4', 'int8']

/** A number that a row has by its key; a value's hash depends on it, so that values which change places are seen. */
function seedSql(key: readonly string[], columns: Known['columns']): string {
  const [first] = key
  if (first === undefined) return '0::bigint'
  const column = columns.find(({ name }) => name === first)
  if (key.length === 1 && column && integers.includes(column.base))
    return `hashint8extended(${quoted(first)}::bigint, 0)`
  return `hashtextextended((${keySql(key)}) COLLATE "C", 0)`
}

function bucketSql(key: readonly string[], columns: Known['columns']): string {
  const last = bucketCount - 1
  if (key.length > 0) return `(${seedSql(key, columns)} & ${last})`
  const whole = columns.map(({ name }) => `coalesce(${quoted(name)}::text, E'\\x02')`).join(` || E'\\x01' || `)
  return `(hashtextextended((${whole || `''`}) COLLATE "C", 0) & ${last})`
}

function hashSql({ name, base }: Known['columns'][number], seed: string): string {
  const column = quoted(name)
  if (integers.includes(base)) return `hashint8extended(${column}::bigint, ${seed})`
  if (base === 'bool') return `hashint8extended(${column}::int::bigint, ${seed})`
  if (base === 'numeric') return `hash_numeric_extended(${column}, ${seed})`
  if (base === 'timestamp') return `timestamp_hash_extended(${column}, ${seed})`
  if (base === 'timestamptz') return `timestamp_hash_extended(${column} AT TIME ZONE 'UTC', ${seed})`
  return `hashtextextended(${column}::text COLLATE "C", ${seed})`
}

export function inOneMoment(statements: readonly string[]): string {
  return statements.length === 0
    ? ''
    : `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n${statements.join('')}COMMIT;\n`
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
