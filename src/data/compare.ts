import type { Counts } from './data.ts'

/** How many rows came to be. */
export interface Written {
  readonly total: number
  /** Those that grew, most first. */
  readonly tables: readonly { readonly name: string; readonly rows: number }[]
}

/** A table with fewer rows than before; `after` is absent where it is gone. */
export interface Missing {
  readonly name: string
  readonly before: number
  readonly after?: number
}

/** What was written between two counts: a new table counts whole, one that shrank not at all. */
export function written(before: Counts, after: Counts): Written {
  const known = new Map(Object.entries(before))
  const tables = Object.entries(after)
    .map(([name, rows]) => ({ name, rows: rows - (known.get(name) ?? 0) }))
    .filter(({ rows }) => rows > 0)
    .sort((a, b) => b.rows - a.rows || byName(a, b))
  return { total: tables.reduce((sum, { rows }) => sum + rows, 0), tables }
}

/** Tables that have fewer rows or are gone, those that held nothing too; by name. */
export function missing(before: Counts, after: Counts): Missing[] {
  const left = new Map(Object.entries(after))
  return Object.entries(before)
    .flatMap(([name, rows]): Missing[] => {
      const now = left.get(name)
      if (now === undefined) return [{ name, before: rows }]
      return now < rows ? [{ name, before: rows, after: now }] : []
    })
    .sort(byName)
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}
