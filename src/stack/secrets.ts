import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import type { Config } from '../config/index.ts'
import type { ComposeModel } from './compose-model.ts'
import { readEnvFile } from './env-file.ts'

/** A value that must not be seen in any report, and where it comes from. */
export interface Secret {
  readonly label: string
  readonly value: string
}

/** More than this is no password, and every line of it would be looked for. */
const longestSecret = 64 * 1024
/** Whole words where a part would mean much else: KEYCLOAK_HOST and AUTHOR hold no secret. */
const telling =
  /passw|passphrase|secret|token|credential|(?:^|_)(?:pass|pwd|auth|key|dsn|salt)(?:_|$)|(?:api|private|access)_?key/i

/** What Compose's secrets hold, and the variables that secrets and configs are taken from; the environment's own win. */
export async function secretValues(
  model: ComposeModel,
  envFiles: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly needed: Record<string, string>; readonly secrets: Secret[] }> {
  const needed: Record<string, string> = {}
  const secrets: Secret[] = []
  for (const source of [...Object.values(model.configs ?? {}), ...Object.values(model.secrets ?? {})]) {
    if (source.environment === undefined) continue
    const value = env[source.environment] ?? (await fromFiles(envFiles, source.environment))
    if (value !== undefined) needed[source.environment] = value
  }
  for (const [name, { file, environment }] of Object.entries(model.secrets ?? {})) {
    const value = file === undefined ? needed[environment ?? ''] : await readFile(file, 'utf8').catch(() => undefined)
    if (value !== undefined && value.length <= longestSecret) secrets.push({ label: `the secret ${name}`, value })
  }
  return { needed, secrets }
}

async function fromFiles(files: readonly string[], name: string): Promise<string | undefined> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')))
  return texts.map((text) => parseEnv(text)[name]).findLast((value) => value !== undefined)
}

/** What the stack's services get under a telling name, the passwords in their URLs, and what their secrets hold. */
export async function secretsOf(
  { stack, folder }: Config,
  releases: readonly { readonly model: ComposeModel; readonly secrets: readonly Secret[] }[],
): Promise<Secret[]> {
  const composed = releases.flatMap(({ model }) =>
    Object.values(model.services).flatMap((service) => Object.entries(service.environment ?? {})),
  )
  // Compose writes a dollar twice; a single image's settings are as they are.
  const variables = composed.map(([name, value]) => [name, value?.replaceAll('$$', '$')] as const)
  const file = stack.kind === 'single' && stack['env-file'] ? await readEnvFile(folder, stack['env-file']) : {}
  const own = stack.kind === 'single' ? Object.entries({ ...file, ...stack.env }) : []
  const named = [...variables, ...own].flatMap(([label, value]): Secret[] => {
    if (!value) return []
    const passwords = [...value.matchAll(/:\/\/[^\s:/@]*:([^\s@/]+)@/g)].map(([, password = '']) => password)
    return [...(telling.test(label) ? [value] : []), ...passwords].map((secret) => ({ label, value: secret }))
  })
  return [...named, ...releases.flatMap(({ secrets }) => secrets)]
}
