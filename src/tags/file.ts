import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { RehearsalError } from '../errors.ts'
import { object, path } from '../fields/index.ts'
import { tag } from './list.ts'
import { defineTagSource, type Listed } from './tag-source.ts'

const day = z
  .string()
  .refine((text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`)), {
    error: 'write a day as 2027-01-31',
  })
const entry = z.union([
  tag.transform((one): Listed => ({ tag: one })),
  object({ tag, 'supported-until': day }).transform(
    (one): Listed => ({ tag: one.tag, supportedUntil: one['supported-until'] }),
  ),
])

/** Tags in a file of the project's own, with the ends of their support. */
export const file = defineTagSource<string>({
  name: 'file',
  summary:
    'A YAML file with a list of tags. An entry may be `{ tag: "1.9.4", supported-until: 2027-01-31 }`, for the selection `supported until DATE`.',
  example: 'file: releases.yml',
  schema: path,
  title: (name) => name,
  async list(name, { folder }) {
    const text = await readFile(resolve(folder, name), 'utf8').catch((cause) => {
      throw new RehearsalError('CONFIG', `${name} can't be read`, { where: name }, cause)
    })
    return readListed(text, name)
  },
})

/** Each fault at its own line and column of that file. */
function readListed(text: string, name: string): Listed[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const refuse = (offset: number, message: string) => {
    const { line, col } = lines.linePos(offset)
    throw new RehearsalError('CONFIG', `${name}:${line}:${col}: ${message}`, { where: name })
  }
  const [broken] = document.errors
  if (broken) refuse(broken.pos[0], `this is not YAML: ${broken.message}`)
  const written: unknown = document.toJS({ maxAliasCount: 0 })
  if (!Array.isArray(written) || written.length === 0) refuse(0, 'write a list of tags')
  return (written as unknown[]).map((one, index) => {
    const parsed = entry.safeParse(one)
    if (parsed.success) return parsed.data
    const node = document.getIn([index], true) as { range?: readonly [number] | null } | undefined
    return refuse(
      node?.range?.[0] ?? 0,
      'write a tag in quotes, or { tag: "1.9.4", supported-until: 2027-01-31 }',
    ) as never
  })
}
