import type { FilledBy, ImageOf } from './data.ts'
import { files } from './files.ts'
import { mysql } from './mysql.ts'
import { postgres } from './postgres.ts'
import { redis } from './redis.ts'
import { s3 } from './s3.ts'
import { sqlite } from './sqlite.ts'

/** Every kind of store. A new kind is its file and a line here. */
export const dataKinds = [files, mysql, postgres, redis, s3, sqlite] as const

/** The stores that fixtures fill, each once, in the order of the fixtures. */
export function inferData(fixtures: readonly FilledBy[]): { readonly kind: string; readonly options: unknown }[] {
  const found = new Map<string, { readonly kind: string; readonly options: unknown }>()
  for (const fixture of fixtures) {
    for (const kind of dataKinds) {
      const options = kind.inferred?.(fixture)
      if (options === undefined) continue
      const key = `${kind.name} ${kind.title(options as never)}`
      if (!found.has(key)) found.set(key, { kind: kind.name, options })
    }
  }
  return [...found.values()]
}

/** The stores that services are known to be by their images. */
export function recogniseData(uses: readonly ImageOf[]): { readonly kind: string; readonly options: unknown }[] {
  return uses.flatMap((use) =>
    dataKinds.flatMap((kind) => {
      const options = kind.recognised?.(use)
      return options === undefined ? [] : [{ kind: kind.name, options }]
    }),
  )
}
