export type { InvariantEntry } from './data-schema.ts'
export { jsonSchema } from './json-schema.ts'
export { type Config, defaultFiles, loadConfig, readConfig } from './load.ts'
export { type Configured, stackHome } from './schema.ts'
