import { z } from 'zod'
import { defineTagSource } from './tag-source.ts'

/** YAML reads a bare 1.10 as the number 1.1. */
export const tag = z
  .string({ error: 'put the tag in quotes: without them YAML reads 1.10 as 1.1' })
  .min(1, 'must not be empty')
const schema = z.array(tag).min(1, 'name at least one')

/** Tags written into the configuration. */
export const list = defineTagSource<z.output<typeof schema>>({
  name: 'list',
  summary: 'The tags, written out.',
  example: 'list: ["1.8.3", "1.9.0", "2.0.0"]',
  schema,
  title: (tags) => `${tags.length} listed tags`,
  list: async (tags) => tags.map((tag) => ({ tag })),
})
