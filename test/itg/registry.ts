import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { docker } from './harness.ts'

export const user = 'rehearser'
export const password = 'registry-password-7731'
/** bcrypt of the password above. */
const htpasswd = `${user}:$2b$04$IgqK1x3XX/vkEMrfFVKB7.E97IwwuXSPqcOMtKffVWXc1Nd6XAP5S\n`

/** Has something undone: when the test ends, unless a caller outside of one says when. */
type AtEnd = (work: () => Promise<void>) => void

/** A real registry on a port of this machine. */
export interface Registry {
  readonly host: string
  readonly container: string
  remove(): Promise<void>
}

export async function startRegistry(args: readonly string[] = []): Promise<Registry> {
  const container = `rehearsal-test-registry-${randomUUID().slice(0, 8)}`
  await docker('create', '--name', container, '--publish', '127.0.0.1::5000', ...args, 'registry:2')
  return await started(container)
}

/** A second registry over the first one's images that asks for a name and a password. */
export async function startPrivateRegistry(open: Registry): Promise<Registry> {
  const container = `rehearsal-test-registry-${randomUUID().slice(0, 8)}`
  const env = {
    REGISTRY_AUTH: 'htpasswd',
    REGISTRY_AUTH_HTPASSWD_REALM: 'test',
    REGISTRY_AUTH_HTPASSWD_PATH: '/htpasswd',
  }
  const envArgs = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`])
  await docker(
    'create',
    '--name',
    container,
    '--publish',
    '127.0.0.1::5000',
    '--volumes-from',
    open.container,
    ...envArgs,
    'registry:2',
  )
  const folder = await mkdtemp(join(tmpdir(), 'rehearsal-test-'))
  try {
    await writeFile(join(folder, 'htpasswd'), htpasswd, { mode: 0o644 })
    await docker('cp', join(folder, 'htpasswd'), `${container}:/htpasswd`)
  } finally {
    await rm(folder, { recursive: true })
  }
  return await started(container)
}

async function started(container: string): Promise<Registry> {
  await docker('start', container)
  const host = (await docker('port', container, '5000/tcp')).trim().split('\n')[0] as string
  for (;;) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined)
    if (answer) break
    const state = (await docker('inspect', '--format', '{{.State.Status}}', container)).trim()
    if (state !== 'running') throw new Error(`the registry is ${state}: ${await docker('logs', container)}`)
  }
  return { host, container, remove: async () => void (await docker('rm', '--force', '--volumes', container)) }
}

/** Pushes an image of this machine under another name; the name is gone here afterwards. Gives its digest. */
export async function publish(local: string, reference: string): Promise<string> {
  await docker('tag', local, reference)
  const said = await docker('push', reference)
  await docker('rmi', reference)
  return /digest: (sha256:\w+)/.exec(said)?.[1] as string
}

/** An image of this machine with an id of its own, as a new release has. */
export interface Variant {
  readonly name: string
  readonly id: string
}

export async function variant(base: string): Promise<Variant> {
  const mark = randomUUID()
  const name = `rehearsal-test/variant:${mark}`
  const container = (await docker('create', base)).trim()
  try {
    return { name, id: (await docker('commit', '--change', `LABEL variant=${mark}`, container, name)).trim() }
  } finally {
    await docker('rm', container)
  }
}

/** Removes names from this machine; missing ones are no error. */
export async function forget(...references: readonly string[]): Promise<void> {
  for (const reference of references) await docker('rmi', '--force', reference).catch(() => undefined)
}

/** What stands between the engine and a registry: passes everything on until it is told to answer by itself. */
export interface FaultyProxy {
  readonly host: string
  /** What was asked, `GET /v2/…`. */
  readonly asked: string[]
}

export async function startProxy(
  registry: Registry,
  fault: (asked: IncomingMessage, answer: ServerResponse) => boolean,
  atEnd: AtEnd = onTestFinished,
): Promise<FaultyProxy> {
  const asked: string[] = []
  const server = createServer((incoming, answer) => {
    asked.push(`${incoming.method} ${incoming.url}`)
    if (fault(incoming, answer)) return
    const [host = '', port] = registry.host.split(':')
    const onward = request(
      { host, port, method: incoming.method, path: incoming.url, headers: incoming.headers },
      (reply) => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers)
        reply.pipe(answer)
      },
    )
    onward.on('error', () => answer.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  atEnd(async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

/** A docker configuration of its own, with the plugins of the real one. */
export async function dockerConfig(atEnd: AtEnd = onTestFinished): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rehearsal-test-'))
  atEnd(() => rm(folder, { recursive: true, force: true }))
  const plugins = JSON.parse(await docker('info', '--format', '{{json .ClientInfo.Plugins}}')) as { Path: string }[]
  await mkdir(join(folder, 'cli-plugins'))
  for (const { Path } of plugins) await symlink(Path, join(folder, 'cli-plugins', Path.slice(dirname(Path).length + 1)))
  return folder
}
