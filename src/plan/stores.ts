import type { Config, Configured, InvariantEntry } from '../config/index.ts'
import { dataKinds, inferData } from '../data/index.ts'
import { RehearsalError } from '../errors.ts'
import type { Allowance } from './plan.ts'

export function dataKind(store: Configured) {
  const kind = dataKinds.find(({ name }) => name === store.kind)
  if (!kind) throw new RehearsalError('INTERNAL', `no kind of store ${store.kind}`)
  return kind
}

/** What is meant to happen to the data, by the store that it is about. */
export function allowancesOf(config: Config): Allowance[] {
  return (config.data ?? []).flatMap((store, index) =>
    ('allow' in store ? store.allow : []).map((one, place) => ({
      ...one,
      store: storeName(store),
      at: config.at(['data', index, 'allow', place]),
    })),
  )
}

export function storeName(store: Configured): string {
  return dataKind(store).title(store.options as never)
}

/** The stores that are looked into: those configured, or else those that fixtures fill or images tell of. */
export function storesOf(config: Config): readonly Configured[] {
  if (!isGuessed(config)) return (config.data ?? []).filter((entry) => 'allow' in entry)
  const filled = inferData(config.fixtures)
  return [...filled, ...ofImages(config)]
}

/** Those that no fixture fills and nobody has named: their images tell of them. */
export function ofImages(config: Config): readonly Configured[] {
  if (!isGuessed(config)) return []
  const told = new Set(inferData(config.fixtures).flatMap(servicesOf))
  return (config.recognised ?? []).filter((store) => !servicesOf(store).some((one) => told.has(one)))
}

function servicesOf(store: Configured): readonly string[] {
  return dataKind(store).services(store.options as never)
}

/** True where nobody has named a store; an empty list says that there is none. */
export function isGuessed({ data }: Config): boolean {
  return data === undefined || (data.length > 0 && data.every((entry) => 'rule' in entry))
}

/** Checks whose value is compared with that of the baseline, in their order. */
export function invariantsOf({ data = [] }: Config): readonly InvariantEntry[] {
  return data.filter((entry) => 'rule' in entry)
}
