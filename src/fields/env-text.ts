/** An assignment in the text of an env-file. */
export interface Assignment {
  readonly key: string
  readonly value: string
  readonly quote: string
  /** Where the value stands in the text, its quotes included. */
  readonly start: number
  readonly end: number
  /** Where the whole line or lines start. */
  readonly from: number
}

/** Quoted values may span lines, so that what looks like an assignment inside one is none. */
const form = /^\ufeff?[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*[=:][ \t]*("(?:\\.|[^"\\])*"|'[^']*'|[^\r\n]*)/gm

/** All assignments of an env-file in their order; of a key that repeats, the last one counts, as it does for Compose. */
export function assignments(text: string): Assignment[] {
  return [...text.matchAll(form)].map((match) => {
    const [whole, key = '', raw = ''] = match
    const start = match.index + whole.length - raw.length
    const quote = /^(["'])[\s\S]*\1$/.exec(raw)?.[1] ?? ''
    // Without quotes a comment starts at a # after a space, or where the value would start.
    const written = quote === '' ? raw.replace(/(^|[ \t])#.*$/, '').trimEnd() : raw
    const value = quote === '' ? written : written.slice(1, -1)
    return { key, quote, value, start, end: start + written.length, from: match.index }
  })
}

/** A value as it is to be written: as it is where no reader could take it for anything else, else in quotes. */
export function quoted(value: string): string {
  if (/^[\w./:@%+,=-]*$/.test(value)) return value
  return value.includes("'") ? `"${value.replace(/[\\"$]/g, '\\$&')}"` : `'${value}'`
}
