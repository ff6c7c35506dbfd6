/** One part of a schema that two stores do not have alike; one side is absent where only the other has it. */
export interface Drift {
  /** `index notes_title`, `column notes.body`. */
  readonly what: string
  readonly upgraded?: string
  readonly fresh?: string
}

type Schema = Readonly<Record<string, string>>
/** Definitions by name. */
type Parts = ReadonlyMap<string, string>

interface Part {
  readonly name: string
  readonly definition: string
}

/**
 * What the schema of an upgraded store and that of a fresh install do not have alike. Names that engines and tools make up are
 * no difference: an index or a constraint is known by what it is of and by its definition. Nor is the order of columns.
 */
export function schemaDrift(upgraded: Schema, fresh: Schema): Drift[] {
  const [old, now] = [partsOf(upgraded), partsOf(fresh)]
  const [left, right] = withoutAlike(differing(old, now), differing(now, old))
  const drifts = [...new Set([...left.keys(), ...right.keys()])].map((what): Drift => {
    const [before, after] = [left.get(what), right.get(what)]
    return {
      what,
      ...(before === undefined ? {} : { upgraded: before }),
      ...(after === undefined ? {} : { fresh: after }),
    }
  })
  return withoutImplied(drifts).sort((a, b) => order(a.what, b.what))
}

function partsOf(schema: Schema): Parts {
  return new Map(Object.entries(schema).map(([name, definition]) => [name, withoutSequence(definition)]))
}

/** Parts that the other side does not have, or not alike. */
function differing(parts: Parts, others: Parts): Parts {
  return new Map([...parts].filter(([name, definition]) => others.get(name) !== definition))
}

/** The counter of a column is named after the column as it was called once. */
function withoutSequence(definition: string): string {
  return definition.replace(/nextval\('[^']*(?:''[^']*)*'::regclass\)/g, 'nextval(its own sequence)')
}

/** Takes away pairs that differ in their name only. */
function withoutAlike(left: Parts, right: Parts): [Parts, Parts] {
  const [kept, others] = [new Map(left), new Map(right)]
  const byContent = Map.groupBy(others.keys(), (name) => contentOf({ name, definition: others.get(name) ?? '' }))
  for (const [name, definition] of left) {
    const content = contentOf({ name, definition })
    const twin = content === undefined ? undefined : byContent.get(content)?.shift()
    if (twin === undefined) continue
    kept.delete(name)
    others.delete(twin)
  }
  return [kept, others]
}

const word = '(?:"(?:[^"]|"")*"|[^\\s".]+)'
const indexName = new RegExp(`^(CREATE (?:UNIQUE )?INDEX )(?:IF NOT EXISTS )?${word}(?:\\.${word})?( ON )`, 'i')
const constraintOf = new RegExp(`^(constraint ${word}(?:\\.${word})?) ${word}$`)
const ownedBy = new RegExp(`^((?:index|constraint) ${word}(?:\\.${word})*)\\.${word}$`)

/** What an index or a constraint is, whatever it is called; undefined for what is known by its name. */
function contentOf({ name, definition }: Part): string | undefined {
  if (name.startsWith('index ') && indexName.test(definition)) return `index ${definition.replace(indexName, '$1$2')}`
  const table = constraintOf.exec(name)?.[1] ?? ownedBy.exec(name)?.[1]
  return table === undefined ? undefined : `${table}: ${definition}`
}

/** With a table that only one side has, all that belongs to it is told. */
function withoutImplied(drifts: readonly Drift[]): Drift[] {
  const tables = drifts.flatMap(({ what }) => (what.startsWith('table ') ? [what.slice('table '.length)] : []))
  return drifts.filter(({ what, upgraded, fresh }) => {
    if (what.startsWith('table ')) return true
    return !tables.some((table) => belongsTo(table, what, upgraded ?? fresh ?? ''))
  })
}

function belongsTo(table: string, what: string, definition: string): boolean {
  const [, kind = '', name = ''] = /^(\w+) (.*)$/s.exec(what) ?? []
  if (name.startsWith(`${table}.`) || name.startsWith(`${table} `)) return kind !== 'view'
  if (kind !== 'index' && kind !== 'trigger') return false
  return (
    definition.includes(` ON ${table} `) || definition.includes(` ON public.${table} `) || name.endsWith(` on ${table}`)
  )
}

const kinds = ['extension', 'type', 'table', 'sequence', 'column', 'constraint', 'index', 'view', 'trigger']

/** What weighs most comes first; otherwise by name. */
function order(a: string, b: string): number {
  const place = (what: string) => kinds.indexOf(what.split(' ', 1)[0] ?? '')
  return place(a) - place(b) || (a < b ? -1 : 1)
}
