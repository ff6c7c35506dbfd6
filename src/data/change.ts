/** What became of a table, a column or a counter of a store. */
export type ChangeKind =
  | 'grown'
  | 'rows-lost'
  | 'values-changed'
  | 'touched'
  | 'truncated'
  | 'nulled'
  | 're-encoded'
  | 'characters-lost'
  | 'duplicated'
  | 'table-added'
  | 'table-dropped'
  | 'table-renamed'
  | 'column-added'
  | 'column-dropped'
  | 'column-renamed'
  | 'sequence-behind'

/** Every kind, in the order in which people read them: what is lost first. */
export const changeKinds: readonly ChangeKind[] = [
  'table-dropped',
  'rows-lost',
  'column-dropped',
  'nulled',
  'truncated',
  'characters-lost',
  'sequence-behind',
  're-encoded',
  'values-changed',
  'touched',
  'duplicated',
  'table-renamed',
  'column-renamed',
  'grown',
  'table-added',
  'column-added',
]

/** One difference between two fingerprints; plain data. */
export interface DataChange {
  readonly table: string
  readonly kind: ChangeKind
  readonly column?: string
  /** How many rows it is about; of a sequence, how far it is behind. */
  readonly rows: number
  /** How many rows the table had before. */
  readonly of: number
  /** True where not every row that may be concerned was looked at: there may be more. */
  readonly atLeast?: true
  /** Some of the rows, by their keys. */
  readonly keys?: readonly string[]
  /** What some values look like; never what they say. */
  readonly sample?: readonly { readonly key: string; readonly before: string; readonly after: string }[]
  /** What it is called now, where it was renamed. */
  readonly to?: string
}

/** How many keys and samples are told of one change. */
export const toldKeys = 5

/** What two fingerprints come to. */
export interface Compared {
  readonly changes: readonly DataChange[]
  /** Tables of which nothing differs. */
  readonly preserved: number
  readonly tables: number
  readonly rows: number
  /** Tables that were compared by their number of rows only, and why. */
  readonly uncompared: readonly { readonly table: string; readonly why: string }[]
  readonly schema: SchemaDifference
  /** The file that was read instead of the one that is named: the application goes on with it, and no volume keeps it. */
  readonly from?: string
}

/** Parts of a schema by name. */
export interface SchemaDifference {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly { readonly name: string; readonly before: string; readonly after: string }[]
}

type Schema = Readonly<Record<string, string>>

export function schemaDifference(before: Schema, after: Schema): SchemaDifference {
  const [old, now] = [new Map(Object.entries(before)), new Map(Object.entries(after))]
  return {
    added: [...now.keys()].filter((name) => !old.has(name)).sort(),
    removed: [...old.keys()].filter((name) => !now.has(name)).sort(),
    changed: [...old]
      .flatMap(([name, text]) => {
        const other = now.get(name)
        return other === undefined || other === text ? [] : [{ name, before: text, after: other }]
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}
