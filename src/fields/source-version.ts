import { RehearsalError } from '../errors.ts'

const template = '{source.version}'

/** Whether a text, or any text within, names the release that the rehearsal starts from. */
export function namesSource(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(template)
  return typeof value === 'object' && value !== null && Object.values(value).some(namesSource)
}

/** The same value with that release in the place of `{source.version}` in every text. Throws USAGE for what leads elsewhere. */
export function fillSource<Value>(value: Value, version: string): Value {
  if (!namesSource(value)) return value
  // It comes from a pin or the command line, and must not make another path of the one that the configuration names.
  if (!/^\w(?:[\w+-]|\.(?!\.))*$/.test(version)) {
    const hint = 'a release has letters, digits, ".", "_", "+" and "-"'
    throw new RehearsalError('USAGE', `"${version}" can't stand for {source.version}`, { hint })
  }
  return filled(value, version) as Value
}

function filled(value: unknown, version: string): unknown {
  if (typeof value === 'string') return value.replaceAll(template, version)
  if (Array.isArray(value)) return value.map((item) => filled(item, version))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, version)]))
}

/** What stands around the release in a text that names it once or more often: the text cut at each. */
export function aroundSource(text: string): readonly string[] {
  return text.split(template)
}
