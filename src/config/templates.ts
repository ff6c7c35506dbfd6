import { checks } from '../checks/index.ts'
import { didYouMean, namesSource } from '../fields/index.ts'
import { fixtures } from '../fixtures/index.ts'
import type { Fault } from './explain.ts'
import type { Configured, ParsedConfig } from './schema.ts'

const plain = ['version', 'phase', 'source.version', 'target.version']

/** Names in `{…}` that nothing fills: a word that does not exist, a value that no check captures, or only a later one. */
export function checkTemplates(config: ParsedConfig): Fault[] {
  const inOrder = [
    ...config.ready.checks.map((part, index) => ({ part, path: ['ready', 'checks', index] })),
    { part: config['sign-in'], path: ['sign-in'] },
    ...config.smoke.map((part, index) => ({ part, path: ['smoke', index] })),
  ]
  const { between = [], ...procedure } = config.upgrade as { readonly between?: readonly unknown[] }
  const onTheWay = [
    { part: procedure, path: ['upgrade'] },
    ...between.map((part, index) => ({ part, path: ['upgrade', 'between', index] })),
    ...(config.data ?? []).map((part, index) => ({ part, path: ['data', index] })),
    ...config.rollback.map((part, index) => ({ part, path: ['rollback', index] })),
  ]
  const all = inOrder.flatMap(({ part }) => captures(part, ['baseline', 'captured']))
  const known = new Set(plain)
  const backups = config.fixtures.map((part, index) => ({ part, path: ['fixtures', index] }))
  return [
    ...faultsIn(backups, [], new Set(plain), []),
    ...config.fixtures.flatMap(faultsOfFixture),
    ...faultsIn(inOrder, ['baseline', 'captured'], known, all),
    // The procedure and the ways back come after the baseline, and of their own side nothing is captured yet.
    ...faultsIn(onTheWay, ['captured'], new Set([...plain, ...all.filter((name) => name.startsWith('baseline'))]), all),
  ]
}

/** A backup is always of the source, and the checksum of one is not that of another. */
function faultsOfFixture({ kind, options }: Configured, index: number): Fault[] {
  const file = fixtures.find(({ name }) => name === kind)?.file?.(options as never) ?? ''
  const other = /\{(version|target\.version)\}/.exec(file)?.[0]
  const path = ['fixtures', index, kind]
  const { sha256 } = options as { readonly sha256?: string }
  return [
    ...(other ? [{ path, message: `a backup is of the source: write {source.version} instead of ${other}` }] : []),
    ...(sha256 !== undefined && namesSource(file)
      ? [
          {
            path: [...path, 'sha256'],
            message: 'a checksum is of one file, and {source.version} names another for each release: leave it out',
          },
        ]
      : []),
  ]
}

type Part = { readonly part: unknown; readonly path: readonly PropertyKey[] }

function faultsIn(parts: readonly Part[], sides: readonly string[], known: Set<string>, all: readonly string[]) {
  return parts.flatMap(({ part, path }) => {
    // A check may compare with what it captures itself.
    for (const name of captures(part, sides)) known.add(name)
    return [...strings(part, path)].flatMap(({ path, text }) =>
      [...text.matchAll(/\{((?:source|target|baseline|captured)\.[\w-]+)\}/g)].flatMap(([, name = '']): Fault[] => {
        if (known.has(name)) return []
        const message = all.includes(name)
          ? `{${name}} is captured only later; move the check that captures it before this one`
          : `nothing fills {${name}}${didYouMean(name, [...plain, ...all])}`
        return [{ path, message }]
      }),
    )
  })
}

function captures(part: unknown, sides: readonly string[]): string[] {
  const { kind, options } = (part ?? {}) as { kind?: string; options?: { capture?: object } }
  const found = checks.find(({ name }) => name === kind)
  const names = found?.captures?.(options as never) ?? Object.keys(options?.capture ?? {})
  return names.flatMap((name) => sides.map((side) => `${side}.${name}`))
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
