import { describe, type Shape } from './describe.ts'

export interface Row {
  readonly key: string
  readonly value: string
  readonly otherwise: string
  readonly meaning: string
}

/** A Markdown table; columns that would be empty are left out. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const kept = headings.map((_, column) => column).filter((column) => rows.some((row) => row[column] !== ''))
  const line = (cells: readonly string[]) =>
    `| ${kept.map((column) => (cells[column] ?? '').replaceAll('|', '\\|')).join(' | ')} |`
  return [line(headings), `|${kept.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n')
}

/** The options of an object, a row each. */
export function optionTable(rows: readonly Row[]): string {
  return table(
    ['Key', 'Value', 'Default', 'Meaning'],
    rows.map(({ key, value, otherwise, meaning }) => [`\`${key}\``, value, otherwise, meaning]),
  )
}

/** One row per key; nested objects are spelled out as `outer.inner` where `deep` says so. */
export function optionRows(
  shape: Shape,
  deep: (key: string, inner: Shape) => boolean = () => false,
  above = '',
): Row[] {
  const forms = objectsOf(shape)
  const everywhere = (name: string) => forms.every(({ required }) => required?.includes(name))
  return merge(
    forms.flatMap(({ properties = {}, required = [] }) =>
      Object.entries(properties).flatMap(([name, inner]) => {
        const key = `${above}${name}`
        const inside = deep(key, inner) ? optionRows(inner, deep, `${key}.`) : []
        const plain = (inner.anyOf ?? [inner]).filter((one) => inside.length === 0 || !one.properties)
        const row = {
          key,
          value: unique(plain.map(describeAll(inner))),
          otherwise: otherwise(
            inner,
            required.includes(name) ? (everywhere(name) ? 'required' : 'required in its form') : '',
          ),
          meaning: inner.description ?? '',
        }
        return inside.length > 0 && plain.length === 0 && row.meaning === '' ? inside : [row, ...inside]
      }),
    ),
  )
}

/** Alternatives are described together where they are one thing, such as a value or a list of it. */
function describeAll(whole: Shape): (one: Shape) => string {
  return (one) => (whole.anyOf?.some((other) => other.properties) ? describe(one) : describe(whole))
}

function objectsOf(shape: Shape): readonly Shape[] {
  return (shape.anyOf ?? [shape]).filter((one) => one.properties)
}

/** The same key in two alternatives is one row. */
function merge(rows: readonly Row[]): Row[] {
  const byKey = Map.groupBy(rows, ({ key }) => key)
  return [...byKey.values()].map((same) => ({
    key: (same[0] as Row).key,
    value: unique(same.map(({ value }) => value)),
    otherwise: same.every(({ otherwise }) => otherwise === same[0]?.otherwise) ? (same[0] as Row).otherwise : '',
    meaning: unique(same.map(({ meaning }) => meaning)),
  }))
}

function unique(values: readonly string[]): string {
  return [...new Set(values.filter((value) => value !== ''))].join(' or ')
}

function otherwise(shape: Shape, required: string): string {
  if (required !== '') return required
  const value = shape.default
  if (value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)) return ''
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}
