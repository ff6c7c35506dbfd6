export { type Config, defaultFiles, loadConfig } from './load.ts'
export { jsonSchema } from './json-schema.ts'
export { type Configured, stackHome } from './schema.ts'
