import { joinedName } from './counts.ts'
import { quoted } from './mysql-client.ts'
import type { Column } from './print.ts'

const own = `('mysql', 'sys', 'information_schema', 'performance_schema')`
const chosen = (column: string) => `${column} NOT IN ${own} AND ${column} = COALESCE(DATABASE(), ${column})`

/** Rows of JSON: what it is, database and table, and the rest by what it is. */
export const catalogSql = `SELECT JSON_ARRAY('table', table_schema, table_name) FROM information_schema.tables
WHERE table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') AND COALESCE(engine, '') NOT IN ('FEDERATED', 'MRG_MyISAM') AND ${chosen('table_schema')}
ORDER BY table_schema, table_name;
SELECT JSON_ARRAY('column', table_schema, table_name, column_name, column_type, is_nullable, column_default, extra, data_type)
FROM information_schema.columns WHERE ${chosen('table_schema')} ORDER BY table_schema, table_name, ordinal_position;
SELECT JSON_ARRAY('index', table_schema, table_name, index_name, non_unique, column_name, nullable, sub_part)
FROM information_schema.statistics WHERE ${chosen('table_schema')} ORDER BY table_schema, table_name, index_name, seq_in_index;
SELECT JSON_ARRAY('view', table_schema, table_name, view_definition) FROM information_schema.views WHERE ${chosen('table_schema')};
SELECT JSON_ARRAY('constraint', constraint_schema, table_name, constraint_name, column_name, referenced_table_name, referenced_column_name)
FROM information_schema.key_column_usage WHERE referenced_table_name IS NOT NULL AND ${chosen('constraint_schema')}
ORDER BY constraint_schema, table_name, constraint_name, ordinal_position;
SELECT JSON_ARRAY('trigger', trigger_schema, event_object_table, trigger_name, action_statement) FROM information_schema.triggers WHERE ${chosen('trigger_schema')};
`
/** A table as the catalogue tells of it. */
export interface Known {
  readonly name: string
  readonly quoted: string
  readonly columns: (Column & { readonly base: string })[]
  key: string[]
  readonly indexes: Map<string, { unique: boolean; whole: boolean; columns: string[] }>
}

export type Part = (string | number | null)[]

/** Reads what there is: tables with their keys, and every part of the schema. */
export function readCatalog(parts: readonly Part[], home: string | undefined) {
  const schema: Record<string, string> = {}
  const tables = new Map<string, Known>()
  for (const [what, space, table, ...rest] of parts as [string, string, string, ...Part][]) {
    const name = space === home ? joinedName(table) : joinedName(space, table)
    const known = tables.get(name)
    const texts = rest.map((one) => (one === null ? '' : String(one)))
    const [first = '', second = ''] = texts
    if (what === 'table') {
      schema[`table ${name}`] = 'a table'
      tables.set(name, { name, quoted: `${quoted(space)}.${quoted(table)}`, columns: [], key: [], indexes: new Map() })
    } else if (what === 'column' && known) {
      const [, type = '', nullable, preset, extra = '', base = ''] = texts
      known.columns.push({ name: first, type, base, ...(rest[3] === null ? {} : { default: preset ?? '' }) })
      const more = [nullable === 'NO' ? 'not null' : '', rest[3] === null ? '' : `default ${preset}`, extra]
      schema[`column ${name}.${first}`] = [type, ...more].filter(Boolean).join(' ')
    } else if (what === 'index' && known) {
      const [, , column = '', nullable, part] = texts
      const index = known.indexes.get(first) ?? { unique: second === '0', whole: true, columns: [] }
      index.columns.push(column)
      if (nullable === 'YES' || part !== '' || column === '') index.whole = false
      known.indexes.set(first, index)
      schema[`index ${name}.${first}`] = `${index.unique ? 'unique ' : ''}(${index.columns.join(', ')})`
    } else if (what === 'view') schema[`view ${name}`] = first
    else if (what === 'constraint') {
      const id = `constraint ${name}.${first}`
      schema[id] = `${schema[id] === undefined ? '' : `${schema[id]}, `}${second} → ${texts[2]}.${texts[3]}`
    } else if (what === 'trigger') schema[`trigger ${name}.${first}`] = second
  }
  for (const table of tables.values()) table.key = keyOf(table)
  return { tables, schema }
}

function keyOf({ indexes }: Known): string[] {
  const unique = [...indexes].filter(([, index]) => index.unique && index.whole).sort(([a], [b]) => (a < b ? -1 : 1))
  const [, found] = unique.find(([name]) => name === 'PRIMARY') ?? unique[0] ?? []
  return found?.columns ?? []
}
