import type { Counts } from './data.ts'

/** Counts by name, sorted; any name will do, `__proto__` too. */
export function countsOf(counted: Iterable<readonly [name: string, count: number]>): Counts {
  return Object.fromEntries([...counted].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
}

/** `schema.table`, where a part that holds a dot or a quote is quoted: no two tables have the same name. */
export function joinedName(...parts: readonly string[]): string {
  return parts.map((part) => (/[."]/.test(part) ? `"${part.replaceAll('"', '""')}"` : part)).join('.')
}
