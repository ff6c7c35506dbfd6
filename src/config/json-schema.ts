import { z } from 'zod'
import { configSchema } from './schema.ts'

/** The configuration as JSON Schema, for editors; derived from the definitions that parse it. */
export function jsonSchema(): object {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any', reused: 'ref' })
  return { ...schema, title: 'upgrade-rehearsal configuration' }
}
