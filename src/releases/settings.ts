import { assignments, quoted } from '../fields/index.ts'

/** How the operator's settings change with the upgrade. */
export interface SettingsChange {
  readonly rename: Readonly<Record<string, string>>
  readonly set: Readonly<Record<string, string>>
  readonly remove: readonly string[]
}

/**
 * The new release's env-file with the operator's own values in it: what both files set keeps the operator's value, what
 * only the old one sets is kept, what only the new one sets is added as it comes.
 */
export function carrySettings(newText: string, ownText: string): string {
  const own = new Map(assignments(ownText).map((one) => [one.key, raw(ownText, one)]))
  const kept = writeAll(newText, (key) => own.get(key))
  const known = new Set(assignments(newText).map(({ key }) => key))
  return withLines(
    kept,
    [...own].filter(([key]) => !known.has(key)).map(([key, value]) => `${key}=${value}`),
  )
}

/** An env-file after the changes that the release's notes ask the operator for. */
export function changeSettings(text: string, { rename, set, remove }: SettingsChange): string {
  let changed = text
  for (const one of assignments(text).toReversed()) {
    const { key, from, start, end } = one
    const newName = rename[key]
    if (remove.includes(key)) changed = changed.slice(0, from) + changed.slice(end).replace(/^[^\n]*\n?/, '')
    else if (newName !== undefined)
      changed = changed.slice(0, from) + changed.slice(from, start).replace(key, newName) + changed.slice(start)
  }
  const written = writeAll(changed, (key) => (set[key] === undefined ? undefined : quoted(set[key])))
  const known = new Set(assignments(written).map(({ key }) => key))
  const added = Object.entries(set).filter(([key]) => !known.has(key))
  return withLines(
    written,
    added.map(([key, value]) => `${key}=${quoted(value)}`),
  )
}

function raw(text: string, { start, end }: { readonly start: number; readonly end: number }): string {
  return text.slice(start, end)
}

function writeAll(text: string, valueFor: (key: string) => string | undefined): string {
  let written = text
  for (const { key, start, end } of assignments(text).toReversed()) {
    const value = valueFor(key)
    if (value !== undefined) written = written.slice(0, start) + value + written.slice(end)
  }
  return written
}

function withLines(text: string, lines: readonly string[]): string {
  if (lines.length === 0) return text
  const ended = text === '' || text.endsWith('\n') ? text : `${text}\n`
  return `${ended}${lines.join('\n')}\n`
}
