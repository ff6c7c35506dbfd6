import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, relative, resolve } from 'node:path'
import { type Document, visit } from 'yaml'
import { RehearsalError } from '../errors.ts'
import { type PlacedFault, readDocument } from './document.ts'
import { explainIssues, type Fault } from './explain.ts'
import { type Configured, configSchema, type ParsedConfig } from './schema.ts'
import { checkTemplates } from './templates.ts'

/** A configuration, parsed once: typed, frozen, with its place on disk. */
export interface Config extends ParsedConfig {
  /** As the user named the file, for messages. */
  readonly file: string
  /** What relative paths are relative to. */
  readonly folder: string
  /** Stores that the images of services tell of; known once the releases are. */
  readonly recognised?: readonly Configured[]
  /** The release that fixtures are of; known once the releases are, and filled in then. */
  readonly source?: string
  /** True where fixtures of the target are to be written. */
  readonly capture?: true
  /** True where what runs in the end is left up: nothing takes its place any more. */
  readonly kept?: true
  /** How many states, from the baseline on, this path has in common with others: what leads to them is done once. */
  readonly shared?: number
  /** Values that came from the environment, to be kept out of every report. */
  readonly secrets: readonly string[]
  /** `file:line:column` of a part of the configuration. */
  readonly at: (path: readonly PropertyKey[]) => string
}

const maxBytes = 1024 * 1024
export const defaultFiles = ['upgrade-rehearsal.yml', '.github/upgrade-rehearsal.yml'] as const

/** Reads a configuration. Throws CONFIG with one line per fault: `file:line:column: what is wrong; did you mean …?` */
export async function loadConfig(file: string | undefined, cwd: string, env: NodeJS.ProcessEnv): Promise<Config> {
  const found = await findFile(file, cwd)
  const name = relative(cwd, found) || found
  return readConfig(await readFile(found, 'utf8'), { found, name }, env)
}

/** The same of a text that could stand in that file, such as an earlier one. Throws CONFIG. */
export function readConfig(
  text: string,
  { found, name }: { readonly found: string; readonly name: string },
  env: NodeJS.ProcessEnv,
): Config {
  const { document, show, offsetOf, faults } = readDocument(text)
  const secrets: string[] = []
  const refuse = (placed: readonly PlacedFault[]) => {
    if (placed.length === 0) return
    const lines = placed
      .toSorted((a, b) => a.offset - b.offset)
      .map(({ offset, message }) => `${name}:${show(offset)}: ${message}`)
    throw new RehearsalError('CONFIG', withoutSecrets(lines.join('\n'), secrets))
  }
  const place = ({ path, message }: Fault) => ({ offset: offsetOf(path), message })
  refuse(faults)
  refuse(fillEnvironment(document, env, secrets))
  const parsed = configSchema.safeParse(document.toJS(), { reportInput: true })
  if (!parsed.success) refuse(explainIssues(parsed.error.issues).map(place))
  refuse(checkTemplates(parsed.data as ParsedConfig).map(place))
  const folder = dirname(found)
  return deepFreeze({
    ...(parsed.data as ParsedConfig),
    file: name,
    // A configuration in .github speaks of the repository around it, as everything else there does.
    folder: basename(folder) === '.github' ? dirname(folder) : folder,
    secrets,
    at: (path: readonly PropertyKey[]) => `${name}:${show(offsetOf(path))}`,
  })
}

async function findFile(file: string | undefined, cwd: string): Promise<string> {
  for (const candidate of file === undefined ? defaultFiles : [file]) {
    const path = resolve(cwd, candidate)
    const found = await stat(path).catch(() => undefined)
    if (!found?.isFile()) continue
    if (found.size > maxBytes)
      throw new RehearsalError('CONFIG', `${candidate}:1:1: larger than 1 MiB; is this the right file?`)
    return path
  }
  const message =
    file === undefined
      ? `no configuration here: neither ${defaultFiles.join(' nor ')} exists`
      : `${file} does not exist`
  throw new RehearsalError('CONFIG', message, { hint: 'name one with --config FILE' })
}

/** Replaces `${NAME}` and `${NAME:-default}` in every value; `$${` stands for `${`. Gives what is missing. */
function fillEnvironment(document: Document, env: NodeJS.ProcessEnv, secrets: string[]): PlacedFault[] {
  const faults: PlacedFault[] = []
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('${')) return
      node.value = node.value.replace(/\$(\$\{)|\$\{(\w+)(?::-([^}]*))?\}/g, (_, escaped, name: string, fallback) => {
        if (escaped) return '${'
        const value = env[name] ?? fallback
        if (value === undefined) {
          faults.push({
            offset: node.range?.[0] ?? 0,
            message: `the environment has no ${name}; set it, or write \${${name}:-default}`,
          })
        } else if (env[name] !== undefined) secrets.push(value)
        return value ?? ''
      })
    },
  })
  return faults
}

/** A value of the environment may stand where it does not belong: the message about it must not tell it. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.filter((secret) => secret.length >= 6).reduce((kept, secret) => kept.replaceAll(secret, '***'), text)
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const inner of Object.values(value)) deepFreeze(inner)
  return value
}
