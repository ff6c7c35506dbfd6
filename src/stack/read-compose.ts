import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { RehearsalError } from '../errors.ts'
import type { CommandPort } from '../shell/command.ts'
import type { ComposeModel, ComposeService } from './compose-model.ts'
import { dockerEnv } from './engine.ts'
import { makeView, realPath } from './folder-view.ts'
import { type Secret, secretValues } from './secrets.ts'

export interface ComposeSource {
  readonly folder: string
  readonly files: readonly string[]
  /** The file whose folder relative paths and the default env-file stand in. */
  readonly home: string
  readonly envFiles: readonly string[]
  /** Where the configuration names them. */
  readonly at: string
  readonly profiles: readonly string[]
  /** Where the operator has the folder of which a release's own files were laid out for this run. */
  readonly laidOutFrom: string | undefined
  /** Real path → content that Compose is to read instead. */
  readonly replaced: ReadonlyMap<string, string | Buffer>
  /** An empty folder for the view of the files. */
  readonly viewRoot: string
  /** Variables that a pin decides: the environment's own must not win over the edited file. */
  readonly pinned: ReadonlySet<string>
  /** Variables that pins hand to Compose. */
  readonly variables: Readonly<Record<string, string>>
}

export interface ComposeRead {
  readonly model: ComposeModel
  readonly binds: ReadonlyMap<string, 'file' | 'folder' | 'missing'>
  /** A mounted folder of the release's own files → the operator's folder whose place it takes. */
  readonly homes: ReadonlyMap<string, string>
  /** Variables that Compose needs again when it makes the containers: secrets and configs that are taken from there. */
  readonly needed: Readonly<Record<string, string>>
  /** What the stack's secrets hold. */
  readonly secrets: readonly Secret[]
}

/** What Compose makes of the user's files. Throws STACK_INVALID with Compose's own words. */
export async function readCompose(
  source: ComposeSource,
  shell: CommandPort,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<ComposeRead> {
  const inView = source.replaced.size === 0 ? (path: string) => path : await makeView(source.viewRoot, source.replaced)
  const home = dirname(resolve(source.folder, source.home))
  const files = source.files.map((file) => resolve(source.folder, file))
  const envFiles = source.envFiles.map((file) => resolve(source.folder, file))
  const named = [...source.files, ...source.envFiles]
  await Promise.all(
    [...files, ...envFiles].map((file, index) => mustExist(inView(file), named[index] as string, source.at)),
  )
  const argv = [
    ...['docker', 'compose', '--project-directory', inView(home)],
    ...files.flatMap((file) => ['--file', inView(file)]),
    ...envFiles.flatMap((file) => ['--env-file', inView(file)]),
    ...source.profiles.flatMap((profile) => ['--profile', profile]),
    ...['config', '--format', 'json'],
  ]
  // It takes what the files name, those that they include too, and shows no more; its own settings stay the project's.
  const passed = Object.keys(env).filter((name) => !source.pinned.has(name) && !name.startsWith('COMPOSE_'))
  const result = await shell.run(argv, { env: { ...dockerEnv(env, new Set(passed)), ...source.variables }, signal })
  if (result.exitCode !== 0) {
    const said = result.stderr.replaceAll(source.viewRoot, '').trim()
    throw new RehearsalError('STACK_INVALID', `Compose can't read ${source.files.join(', ')}: ${said}`, {
      hint: `try "docker compose --file ${source.files[0]} config"`,
    })
  }
  const model = JSON.parse(result.stdout) as ComposeModel
  const settings = envFiles.length > 0 ? envFiles : [join(home, '.env')]
  const values = await secretValues(model, settings.map(inView), env)
  return { ...(await findBinds(model, source)), ...values }
}

async function mustExist(file: string, name: string, at: string): Promise<void> {
  const found = await stat(file).catch(() => undefined)
  if (found?.isFile()) return
  const hint = 'the path is relative to the folder of the configuration'
  throw new RehearsalError('STACK_INVALID', `${at}: ${name} does not exist`, { where: name, hint })
}

/** Host paths as they really are, but for the files whose content is replaced; and what each is. */
async function findBinds(
  model: ComposeModel,
  source: ComposeSource,
): Promise<Pick<ComposeRead, 'model' | 'binds' | 'homes'>> {
  const binds = new Map<string, 'file' | 'folder' | 'missing'>()
  const homes = new Map<string, string>()
  const real = (path: string) => {
    const found = realPath(source.viewRoot, path)
    if (source.replaced.has(found)) return join(source.viewRoot, found)
    const home = homeOf(found, source)
    // Data is no part of the repository: it lies where the operator has it, whichever release is checked out there.
    if (home === undefined || !existsSync(found)) return home ?? found
    homes.set(found, home)
    return found
  }
  const services: Record<string, ComposeService> = {}
  for (const [name, service] of Object.entries(model.services)) {
    const volumes = (service.volumes ?? []).map((mount) =>
      mount.type === 'bind' && mount.source !== undefined ? { ...mount, source: real(mount.source) } : mount,
    )
    services[name] = { ...service, volumes, ...(service.build ? { build: realBuild(service.build, source) } : {}) }
    for (const mount of volumes) {
      if (mount.type !== 'bind' || mount.source === undefined) continue
      const found = await stat(mount.source).catch(() => undefined)
      binds.set(mount.source, found === undefined ? 'missing' : found.isDirectory() ? 'folder' : 'file')
    }
  }
  return { model: { ...model, services }, binds, homes }
}

/** The operator's own path of something that was laid out for this run; undefined for all else. */
function homeOf(path: string, { folder, laidOutFrom, viewRoot }: ComposeSource): string | undefined {
  if (laidOutFrom === undefined || !path.startsWith(`${dirname(viewRoot)}/`)) return undefined
  return join(laidOutFrom, relative(folder, path))
}

/** A view is made of links, which a build does not follow: the context is the real folder, with the Dockerfile as edited. */
function realBuild(build: unknown, { viewRoot, replaced }: ComposeSource): unknown {
  const { context, dockerfile = 'Dockerfile', ...rest } = build as { context?: string; dockerfile?: string }
  if (context === undefined || !context.startsWith('/')) return build
  const folder = realPath(viewRoot, context)
  const file = resolve(folder, dockerfile)
  return { ...rest, context: folder, dockerfile: replaced.has(file) ? join(viewRoot, file) : dockerfile }
}
