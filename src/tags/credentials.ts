import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { RehearsalError } from '../errors.ts'
import type { TagContext } from './tag-source.ts'

/** What the engine's client would sign in with. */
export type Credentials =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | { readonly kind: 'identity-token'; readonly token: string }

/** As much of the engine's configuration file as it takes to find credentials. */
const fileSchema = z.object({
  auths: z
    .record(z.string(), z.object({ auth: z.string().optional(), identitytoken: z.string().optional() }))
    .optional(),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
})
const helperSchema = z.object({ Username: z.string(), Secret: z.string() })
type Store = z.output<typeof fileSchema>

const hub = ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io', 'registry-1.docker.io']

/** The credentials that the engine's client has for a registry; undefined where it has none. Throws PULL_AUTH. */
export async function credentialsFor(host: string, context: TagContext): Promise<Credentials | undefined> {
  const { env } = context
  const path = join(env.DOCKER_CONFIG || join(env.HOME ?? homedir(), '.docker'), 'config.json')
  const store = await readStore(path)
  if (!store) return undefined
  const names = hub.includes(host)
    ? hub
    : [host, `https://${host}`, `http://${host}`, `https://${host}/v1/`, `https://${host}/v2/`]
  const found = (await fromHelper(store, names, context)) ?? fromFile(store, names)
  if (found) context.onSecret(found.kind === 'password' ? found.password : found.token, `the credentials for ${host}`)
  return found
}

async function readStore(path: string): Promise<Store | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return fileSchema.parse(JSON.parse(text))
  } catch (cause) {
    // What the parser says would quote the file, and it holds passwords.
    const message = `${path} can't be read as the engine's configuration`
    throw new RehearsalError(
      'PULL_AUTH',
      message,
      { hint: 'does "docker login" still work here?' },
      (cause as Error).name,
    )
  }
}

function fromFile({ auths = {} }: Store, names: readonly string[]): Credentials | undefined {
  const entry = names.map((name) => auths[name]).find(Boolean)
  if (entry?.identitytoken) return { kind: 'identity-token', token: entry.identitytoken }
  const [user, ...rest] = Buffer.from(entry?.auth ?? '', 'base64')
    .toString('utf8')
    .split(':')
  return user && rest.length > 0 ? { kind: 'password', user, password: rest.join(':').replace(/\0+$/, '') } : undefined
}

/** A program of the engine's that keeps credentials outside of the file; asked on its standard input. */
async function fromHelper(
  { credHelpers = {}, credsStore }: Store,
  names: readonly string[],
  { env, shell, signal }: TagContext,
): Promise<Credentials | undefined> {
  const own = names.find((name) => credHelpers[name] !== undefined)
  const helper = own === undefined ? credsStore : credHelpers[own]
  if (helper === undefined) return undefined
  if (!/^[\w.-]+$/.test(helper)) throw new RehearsalError('PULL_AUTH', `"${helper}" is no credential helper's name`)
  const inherited = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  for (const name of own === undefined ? names : [own]) {
    const result = await shell
      .run([`docker-credential-${helper}`, 'get'], {
        env: Object.fromEntries(inherited),
        signal,
        stdin: Readable.from([name]),
      })
      .catch((cause) => {
        signal.throwIfAborted()
        const hint = 'the engine signs in by it; install it, or log in again without it'
        throw new RehearsalError('PULL_AUTH', `docker-credential-${helper} can't be run`, { hint }, cause)
      })
    const answer = result.exitCode === 0 ? helperSchema.safeParse(parsed(result.stdout)) : undefined
    if (!answer?.success) continue
    const { Username: user, Secret: secret } = answer.data
    return user === '<token>' ? { kind: 'identity-token', token: secret } : { kind: 'password', user, password: secret }
  }
  return undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
