import { didYouMean } from '../fields/index.ts'
import type { Fault } from './explain.ts'
import type { ParsedConfig } from './schema.ts'

const plain = ['version', 'source.version', 'target.version', 'token']

/** Names in `{…}` that nothing will ever fill: a value that no check captures, a word that does not exist. */
export function checkTemplates(config: ParsedConfig): Fault[] {
  const captured = config.smoke.flatMap((check) => Object.keys((check.options as { capture?: object }).capture ?? {}))
  const known = [...plain, ...captured.map((name) => `baseline.${name}`)]
  return [...strings(config.smoke, ['smoke']), ...strings(config.ready.checks, ['ready', 'checks'])].flatMap(({ path, text }) =>
    [...text.matchAll(/\{((?:source|target|baseline)\.[\w-]+)\}/g)]
      .filter((match) => !known.includes(match[1] as string))
      .map((match) => ({ path, message: `nothing fills {${match[1]}}${didYouMean(match[1] as string, known)}` })),
  )
}

function* strings(value: unknown, path: readonly PropertyKey[]): Generator<{ path: readonly PropertyKey[]; text: string }> {
  if (typeof value === 'string') yield { path, text: value }
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      // `kind` and `options` exist only after parsing: in the text, the kind's name stands in their place.
      if (key === 'options' && 'kind' in value) yield* strings(inner, [...path, String(value.kind)])
      else if (!(key === 'kind' && 'options' in value)) yield* strings(inner, [...path, Array.isArray(value) ? Number(key) : key])
    }
  }
}
