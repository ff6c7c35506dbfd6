import { didYouMean } from '../fields/index.ts'
import type { Fault } from './explain.ts'
import type { ParsedConfig } from './schema.ts'

const plain = ['version', 'source.version', 'target.version']

/** Names in `{…}` that nothing fills: a word that does not exist, a value that no check captures, or only a later one. */
export function checkTemplates(config: ParsedConfig): Fault[] {
  const inOrder = [
    ...config.ready.checks.map((part, index) => ({ part, path: ['ready', 'checks', index] })),
    { part: config['sign-in'], path: ['sign-in'] },
    ...config.smoke.map((part, index) => ({ part, path: ['smoke', index] })),
  ]
  const all = inOrder.flatMap(({ part }) => captures(part))
  const known = new Set(plain)
  return inOrder.flatMap(({ part, path }) => {
    // A check may compare with what it captures itself.
    for (const name of captures(part)) known.add(name)
    return [...strings(part, path)].flatMap(({ path, text }) =>
      [...text.matchAll(/\{((?:source|target|baseline)\.[\w-]+)\}/g)].flatMap(([, name = '']) => {
        if (known.has(name)) return []
        const message = all.includes(name)
          ? `{${name}} is captured only later; move the check that captures it before this one`
          : `nothing fills {${name}}${didYouMean(name, [...plain, ...all])}`
        return [{ path, message }]
      }),
    )
  })
}

function captures(part: unknown): string[] {
  const { options } = (part ?? {}) as { options?: { capture?: object } }
  return Object.keys(options?.capture ?? {}).map((name) => `baseline.${name}`)
}

function* strings(
  value: unknown,
  path: readonly PropertyKey[],
): Generator<{ path: readonly PropertyKey[]; text: string }> {
  if (typeof value === 'string') yield { path, text: value }
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      // `kind` and `options` exist only after parsing: in the text, the kind's name stands in their place.
      if (key === 'options' && 'kind' in value) yield* strings(inner, [...path, String(value.kind)])
      else if (!(key === 'kind' && 'options' in value))
        yield* strings(inner, [...path, Array.isArray(value) ? Number(key) : key])
    }
  }
}
