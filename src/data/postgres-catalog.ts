import { fewRows } from './print.ts'

const own = `space.nspname !~ '^pg_' AND space.nspname <> 'information_schema'`
const named = (of: string) => `quote_ident(space.nspname) || '.' || quote_ident(${of})`
const counted = (from: string) =>
  `substring(query_to_xml(${from}, false, true, '')::text FROM '<n>([-0-9]+)</n>')::bigint`

/**
 * A row for each table that is no partition and inherits from none: schema, name, columns, key, and whether it is small.
 * The key is the primary key or else a unique index over columns that are never empty.
 */
export const tablesSql = `SELECT json_build_array(space.nspname, top.relname,
  (SELECT json_agg(json_build_array(attname, format_type(atttypid, atttypmod), pg_get_expr(adbin, adrelid),
     attnotnull, to_jsonb(col)->>'attidentity', to_jsonb(col)->>'attgenerated', typ.typname) ORDER BY attnum)
   FROM pg_attribute AS col JOIN pg_type AS typ ON typ.oid = atttypid
   LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
   WHERE attrelid = top.oid AND attnum > 0 AND NOT attisdropped),
  (SELECT names FROM (
     SELECT indisprimary, index.relname, (SELECT json_agg(col.attname ORDER BY place.nth)
       FROM unnest(indkey::int2[]) WITH ORDINALITY AS place(num, nth)
       JOIN pg_attribute AS col ON col.attrelid = indrelid AND col.attnum = place.num
       WHERE place.nth <= coalesce((to_jsonb(pg_index)->>'indnkeyatts')::int, indnatts)) AS names,
       (SELECT bool_and(col.attnotnull) FROM pg_attribute AS col
        WHERE col.attrelid = indrelid AND col.attnum = ANY (indkey::int2[])) AS filled
     FROM pg_index JOIN pg_class AS index ON index.oid = indexrelid
     WHERE indrelid = top.oid AND indisunique AND indimmediate AND indisvalid AND indpred IS NULL AND indexprs IS NULL
   ) AS keys WHERE filled ORDER BY indisprimary DESC, relname LIMIT 1),
  ${counted(`format('SELECT count(*) AS n FROM (SELECT 1 FROM %I.%I LIMIT ${fewRows + 1}) AS few', space.nspname, top.relname)`)} <= ${fewRows})
FROM pg_class AS top JOIN pg_namespace AS space ON space.oid = top.relnamespace
WHERE top.relkind IN ('r', 'p') AND top.relpersistence <> 't' AND ${own} AND NOT EXISTS (
  SELECT 1 FROM pg_inherits JOIN pg_class AS parent ON parent.oid = inhparent
  WHERE inhrelid = top.oid AND parent.relkind IN ('r', 'p'))
ORDER BY space.nspname, top.relname;`

/** A row for each part of the schema besides tables and columns: what it is, its name, its definition. */
export const schemaSql = `SELECT json_build_array('index', ${named('index.relname')}, pg_get_indexdef(indexrelid))
FROM pg_index JOIN pg_class AS index ON index.oid = indexrelid JOIN pg_namespace AS space ON space.oid = index.relnamespace
JOIN pg_class AS top ON top.oid = indrelid
WHERE ${own} AND index.relpersistence <> 't' AND NOT coalesce((to_jsonb(top)->>'relispartition')::bool, false)
UNION ALL SELECT json_build_array('constraint', ${named('top.relname')} || ' ' || quote_ident(conname), pg_get_constraintdef(rule.oid))
FROM pg_constraint AS rule JOIN pg_class AS top ON top.oid = conrelid JOIN pg_namespace AS space ON space.oid = top.relnamespace
WHERE ${own} AND contype <> 'n' AND NOT coalesce((to_jsonb(top)->>'relispartition')::bool, false)
UNION ALL SELECT json_build_array('view', ${named('relname')}, pg_get_viewdef(pg_class.oid))
FROM pg_class JOIN pg_namespace AS space ON space.oid = relnamespace WHERE relkind IN ('v', 'm') AND ${own}
UNION ALL SELECT json_build_array('trigger', ${named('top.relname')} || ' ' || quote_ident(tgname), pg_get_triggerdef(pg_trigger.oid))
FROM pg_trigger JOIN pg_class AS top ON top.oid = tgrelid JOIN pg_namespace AS space ON space.oid = top.relnamespace
WHERE NOT tgisinternal AND ${own}
UNION ALL SELECT json_build_array('sequence', ${named('alone.relname')}, format_type(seqtypid, NULL) || ' by ' || seqincrement)
FROM pg_sequence JOIN pg_class AS alone ON alone.oid = seqrelid JOIN pg_namespace AS space ON space.oid = alone.relnamespace
WHERE ${own} AND alone.relpersistence <> 't' AND NOT EXISTS (SELECT 1 FROM pg_depend
  WHERE objid = alone.oid AND classid = 'pg_class'::regclass AND deptype IN ('a', 'i') AND refobjsubid > 0)
UNION ALL SELECT json_build_array('extension', extname, extversion) FROM pg_extension
UNION ALL SELECT json_build_array('type', ${named('typname')}, (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = pg_type.oid))
FROM pg_type JOIN pg_namespace AS space ON space.oid = typnamespace WHERE typtype = 'e' AND ${own};`

/** A row for each sequence that numbers a column: schema, name, schema and name of the table, column, position, maximum. */
export const sequencesSql = `SELECT json_build_array(space.nspname, own.relname, table_space.nspname, top.relname, col.attname,
  ${counted(`format('SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END AS n FROM %I.%I', space.nspname, own.relname)`)},
  coalesce(${counted(`format('SELECT max(%I) AS n FROM %I.%I', col.attname, table_space.nspname, top.relname)`)}, 0))
FROM pg_class AS own JOIN pg_namespace AS space ON space.oid = own.relnamespace
JOIN pg_depend ON objid = own.oid AND classid = 'pg_class'::regclass AND deptype IN ('a', 'i') AND refobjsubid > 0
JOIN pg_class AS top ON top.oid = refobjid JOIN pg_namespace AS table_space ON table_space.oid = top.relnamespace
JOIN pg_attribute AS col ON col.attrelid = top.oid AND col.attnum = refobjsubid
JOIN pg_sequence ON seqrelid = own.oid
WHERE own.relkind = 'S' AND ${own} AND seqincrement > 0 AND NOT seqcycle AND own.relpersistence <> 't';`
