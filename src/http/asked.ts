import { z } from 'zod'
import { object, url } from '../fields/index.ts'

/** A plain request as users write it where only an answer is wanted. */
export const asked = object({ get: url.optional(), post: url.optional(), json: z.json().optional() }).refine(
  (request) => (request.get === undefined) !== (request.post === undefined),
  { error: 'write either "get" or "post"' },
)
export type Asked = z.output<typeof asked>

/** Fills `{name}` with what an answer before held, and all else as before. */
export function fillingIn(values: ReadonlyMap<string, string>, fill: (text: string) => string) {
  return (text: string) => fill(text.replace(/\{([\w-]+)\}/g, (whole, name: string) => values.get(name) ?? whole))
}

export function urlOf(request: Pick<Asked, 'get' | 'post'>): string {
  return (request.get ?? request.post) as string
}
