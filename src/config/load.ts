import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, relative, resolve } from 'node:path'
import { type Document, LineCounter, isMap, isNode, isPair, isScalar, parseDocument, visit } from 'yaml'
import { RehearsalError } from '../errors.ts'
import { explainIssues } from './explain.ts'
import { type ParsedConfig, configSchema } from './schema.ts'
import { checkTemplates } from './templates.ts'

/** A configuration, parsed once: typed, frozen, with its place on disk. */
export interface Config extends ParsedConfig {
  /** As the user named the file, for messages. */
  readonly file: string
  /** What relative paths are relative to. */
  readonly folder: string
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
  const text = await readFile(found, 'utf8')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const at = (path: readonly PropertyKey[]) => `${name}:${position(document, lines, path)}`
  const place = (offset: number) => `${name}:${show(lines, offset)}`
  refuse(document.errors.map((error) => `${place(error.pos[0])}: ${error.message}`))
  const secrets: string[] = []
  refuse(fillEnvironment(document, env, secrets, place))
  const parsed = configSchema.safeParse(toData(document, name))
  if (!parsed.success) refuse(explainIssues(parsed.error.issues).map((issue) => `${at(issue.path)}: ${issue.message}`))
  refuse(checkTemplates(parsed.data as ParsedConfig).map((issue) => `${at(issue.path)}: ${issue.message}`))
  const folder = dirname(found)
  return deepFreeze({
    ...(parsed.data as ParsedConfig),
    file: name,
    // A configuration in .github speaks of the repository around it, as everything else there does.
    folder: basename(folder) === '.github' ? dirname(folder) : folder,
    secrets,
    at,
  })
}

async function findFile(file: string | undefined, cwd: string): Promise<string> {
  for (const candidate of file === undefined ? defaultFiles : [file]) {
    const path = resolve(cwd, candidate)
    const found = await stat(path).catch(() => undefined)
    if (!found?.isFile()) continue
    if (found.size > maxBytes) throw new RehearsalError('CONFIG', `${candidate}: larger than 1 MiB; is this the right file?`)
    return path
  }
  const message = file === undefined ? `no configuration here: neither ${defaultFiles.join(' nor ')} exists` : `${file} does not exist`
  throw new RehearsalError('CONFIG', message, { hint: 'name one with --config FILE' })
}

function toData(document: Document, name: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (cause) {
    throw new RehearsalError('CONFIG', `${name}:1:1: ${(cause as Error).message}`, { hint: 'aliases may not multiply' }, cause)
  }
}

/** Replaces `${NAME}` and `${NAME:-default}` in every value; `$${` stands for `${`. Gives what is missing. */
function fillEnvironment(document: Document, env: NodeJS.ProcessEnv, secrets: string[], place: (offset: number) => string): string[] {
  const faults: string[] = []
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('${')) return
      node.value = node.value.replace(/\$(\$\{)|\$\{(\w+)(?::-([^}]*))?\}/g, (_, escaped, name: string, fallback) => {
        if (escaped) return '${'
        const value = env[name] ?? fallback
        if (value === undefined) faults.push(`${place(node.range?.[0] ?? 0)}: the environment has no ${name}; set it, or write \${${name}:-default}`)
        else if (env[name] !== undefined) secrets.push(value)
        return value ?? ''
      })
    },
  })
  return faults
}

/** Where a path of keys stands in the text; for what is missing, the nearest parent. */
function position(document: Document, lines: LineCounter, path: readonly PropertyKey[]): string {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
    const key = path[length - 1]
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key))
      if (pair && isNode(pair.key) && pair.key.range) return show(lines, pair.key.range[0])
    }
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return show(lines, node.range[0])
  }
  return '1:1'
}

function show(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset)
  return `${line}:${col}`
}

function refuse(faults: readonly string[]): void {
  if (faults.length > 0) throw new RehearsalError('CONFIG', faults.join('\n'))
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const inner of Object.values(value)) deepFreeze(inner)
  return value
}
