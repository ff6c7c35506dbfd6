export { jsonSchema } from './json-schema.ts'
export { type Config, defaultFiles, loadConfig } from './load.ts'
export { type Configured, stackHome } from './schema.ts'
