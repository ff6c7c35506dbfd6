import type { NamedService } from './strategy.ts'

/** Services with the place where each is named in these options; `at` is the place of the options themselves. */
export function namedIn(
  options: unknown,
  services: readonly string[],
  at: readonly PropertyKey[] = [],
): readonly NamedService[] {
  return services.map((service) => ({ service, at: [...at, ...(find(options, service) ?? [])] }))
}

function find(value: unknown, service: string): readonly PropertyKey[] | undefined {
  if (value === service) return []
  if (typeof value !== 'object' || value === null) return undefined
  // `kind` and `options` exist only after parsing: in the text, the kind's name stands in their place.
  const inner =
    'kind' in value && 'options' in value ? [[String(value.kind), value.options] as const] : Object.entries(value)
  for (const [key, one] of inner) {
    const found = find(one, service)
    if (found) return [key, ...found]
  }
  return undefined
}
