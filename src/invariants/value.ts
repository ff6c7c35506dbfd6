/** What a check has read for a rule to compare; never kept or told as it is. */
export interface Value {
  /** All of it as one text: what `unchanged` compares. */
  readonly whole: string
  /** What it is made of, each with its cells: what `superset` compares. */
  readonly elements: readonly (readonly string[])[]
  /** Absent where it is none. */
  readonly number?: number
}

export function numberValue(number: number): Value {
  return { whole: String(number), elements: [[String(number)]], ...(Number.isFinite(number) ? { number } : {}) }
}

/** What a command printed, a document, a file: its lines are what it is made of; empty ones say nothing. */
export function textValue(text: string): Value {
  const whole = text.trimEnd()
  const lines = whole.split(/\r?\n/).filter((line) => line.trim() !== '')
  return { whole, elements: lines.map((line) => [line]), ...numberOf(whole) }
}

export function rowsValue(rows: readonly (readonly string[])[]): Value {
  const only = rows.length === 1 && rows[0]?.length === 1 ? rows[0][0] : undefined
  const number = numberOf(only)
  // A count is told as the number that it is.
  return { whole: number.number === undefined ? JSON.stringify(rows) : (only as string), elements: rows, ...number }
}

/** What a JSONPath selects: a single list stands for what it holds. */
export function jsonValue(selected: readonly unknown[]): Value {
  const [first] = selected
  const whole = selected.length === 1 ? first : selected
  const elements = Array.isArray(whole) ? whole : [whole]
  const text = typeof whole === 'string' ? whole : canonical(whole)
  return {
    whole: text,
    elements: elements.map((one) => [typeof one === 'string' ? one : canonical(one)]),
    ...numberOf(text),
  }
}

function numberOf(text: string | undefined): { readonly number?: number } {
  const plain = text?.trim() ?? ''
  return isNumber(plain) ? { number: Number(plain) } : {}
}

/** A number as programs write it; dates, versions and what has a unit are none. */
export function isNumber(text: string): boolean {
  return text.length <= 20 && /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) && Number.isFinite(Number(text))
}

/** JSON in which the order of keys says nothing. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}
