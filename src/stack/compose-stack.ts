import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RehearsalError } from '../errors.ts'
import { releaseAlias } from '../fields/index.ts'
import { allEnded } from './all-ended.ts'
import { anonymousVolumes, removeOrphaned } from './anonymous-volumes.ts'
import type { ComposeModel, ComposeService } from './compose-model.ts'
import { mustSucceed } from './compose-result.ts'
import { type Rewritten, rewriteCompose } from './compose-rewrite.ts'
import { makeTemplate } from './compose-template.ts'
import { ContainerStack } from './container-stack.ts'
import { asking, type Described, ignoreSameState } from './engine.ts'
import { prefixOf } from './labels.ts'
import type { ComposeRead } from './read-compose.ts'
import type { CommandResult } from './stack.ts'
import type { StackOptions } from './stack-options.ts'
import { copyFiles } from './volumes.ts'

type Env = Readonly<Record<string, string>>

/** A Compose project, driven by the docker compose CLI from rewritten files of its own. */
export class ComposeStack extends ContainerStack {
  readonly #releases: readonly ComposeRead[]
  #current:
    | { readonly file: string; readonly model: ComposeModel; readonly rewritten: Rewritten; readonly env: Env }
    | undefined
  #copied = new Set<string>()
  /** True once every container is of the current release. */
  #allCurrent = false
  #templates = new Map<string, Promise<Described>>()

  constructor(options: StackOptions, releases: readonly ComposeRead[]) {
    super(options)
    this.#releases = releases
  }

  get services(): readonly string[] {
    return Object.keys(this.#releases.at(-1)?.model.services ?? {})
  }

  protected resources() {
    const all = this.#releases.map((read, release) => {
      // Volumes and networks don't depend on the images: they can be made while those are still being pulled.
      const images = new Map(Object.values(read.model.services).map(({ image }) => [image ?? '', image ?? '']))
      return this.#rewrite(read, images, release)
    })
    // Where releases have a folder of their own for a volume, it starts with the first one's content.
    const volumes = new Map(all.flatMap((one) => one.volumes).map((volume) => [volume.name, volume] as const))
    for (const volume of all[0]?.volumes ?? []) volumes.set(volume.name, volume)
    return { volumes: [...volumes.values()], networks: [...new Set(all.flatMap((one) => one.networks))] }
  }

  #rewrite(read: ComposeRead, images: ReadonlyMap<string, string>, release: number): Rewritten {
    const { rolled } = this.options
    return rewriteCompose(read.model, {
      aliases: (service) => (rolled.has(service) ? [releaseAlias(service, release)] : []),
      runId: this.options.runId,
      images,
      binds: read.binds,
      homes: read.homes,
      graceMs: this.options.graceMs,
    })
  }

  protected async use(release: number, signal: AbortSignal): Promise<void> {
    const read = this.#releases[release] as ComposeRead
    const images = new Map((await this.options.images).map((image) => [image.reference, image.run]))
    const rewritten = this.#rewrite(read, images, release)
    const file = join(this.options.scratch, `compose-${release}.json`)
    await writeFile(file, JSON.stringify(rewritten.model, null, 2), { mode: 0o600 })
    this.#allCurrent = false
    this.#templates.clear()
    this.#current = { file, model: read.model, rewritten, env: { ...this.options.engine.env, ...read.needed } }
    // A checkout puts the release's own files beside the data that lies there.
    const own = rewritten.volumes.filter(({ key, folder }) => release > 0 && folder !== undefined && folder !== key)
    for (const volume of own) await this.fillFolder(volume, signal)
  }

  /** Files can be put only into containers that exist; without any, one call less brings the services up. */
  async #prepare(argv: readonly string[], services: readonly string[] | undefined, signal: AbortSignal): Promise<void> {
    const copies = this.#current?.rewritten.copies ?? []
    if (!copies.some(({ service }) => services?.includes(service) ?? true)) return
    await this.#up(['--no-start', ...argv], signal)
    for (const { id, state } of await this.described()) {
      if (this.#copied.has(id)) continue
      await this.copyInto(id, state.service)
      this.#copied.add(id)
    }
  }

  protected override async copyInto(container: string, service: string): Promise<void> {
    const copies = this.#current?.rewritten.copies.filter((copy) => copy.service === service) ?? []
    await copyFiles(this.options.engine, container, copies)
  }

  protected async template(service: string, signal: AbortSignal): Promise<Described> {
    // What still runs of the release before, or was stopped with it, is of another definition.
    const described = await this.described()
    const first = (name: string) => described.find(({ state }) => state.service === name)?.id
    // One of which no container is to run has none here either.
    if (this.#allCurrent && first(service) !== undefined) return await this.container(service)
    const current = this.#currentOrThrow()
    const input = { ...this.options, ...current, service, containerOf: first, signal }
    const own = this.#templates.get(service) ?? makeTemplate(input)
    this.#templates.set(service, own)
    return await own
  }

  protected async bringUp(services: readonly string[], signal: AbortSignal): Promise<void> {
    const argv = ['--no-deps', ...services]
    await this.#prepare(argv, services, signal)
    await this.#up(['--detach', ...argv], signal)
  }

  async startDependencies(service: string, signal: AbortSignal): Promise<void> {
    const needed = Object.keys(this.#service(service).depends_on ?? {})
    if (needed.length === 0) return
    await this.#prepare(needed, undefined, signal)
    await this.#up(['--detach', ...needed], signal)
  }

  protected async startAll(signal: AbortSignal): Promise<void> {
    await this.#prepare(['--remove-orphans'], undefined, signal)
    await this.#up(['--detach', '--remove-orphans'], signal)
    this.#allCurrent = true
  }

  protected async replace(service: string, id: string | undefined, signal: AbortSignal): Promise<void> {
    if (id !== undefined) {
      const old = this.options.engine.api.getContainer(id)
      await asking(() => old.stop(), this.options.graceMs + 60_000, signal).catch(ignoreSameState)
      await asking(() => old.remove({ v: true, force: true }))
    }
    // What is left of the old release stays as it is, and only what is missing is made. Without its dependencies a
    // service would have another hash for Compose, and the next plain start would replace it once more.
    const argv = ['--no-recreate', service]
    await this.#prepare(argv, [service], signal)
    await this.#up(['--detach', ...argv], signal)
  }

  protected async stopSome(
    services: readonly string[] | undefined,
    _graceMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    // Each service's own grace period, or the configured one, stands in the file: --timeout would override both.
    mustSucceed('stop', await this.#compose(['stop', ...(services ?? [])], signal))
    if (services) return
    // Compose knows the services of the current release only; those that it has no more are stopped here.
    const left = (await this.described()).filter(({ state }) => isAtWork(state.status))
    const stopping = left.map(({ id }) => this.options.engine.api.getContainer(id))
    const withinMs = this.options.graceMs + 60_000
    await allEnded(stopping.map((one) => asking(() => one.stop(), withinMs, signal).catch(ignoreSameState)))
  }

  #service(name: string): ComposeService {
    const found = this.#current?.model.services[name]
    if (!found) throw new RehearsalError('CONFIG', `this release has no service "${name}"`, { where: name })
    return found
  }

  async #up(argv: readonly string[], signal: AbortSignal): Promise<void> {
    // Whatever comes up may take the place of a container of the release before.
    const before = anonymousVolumes(await this.described())
    try {
      mustSucceed('start', await this.#compose(['up', '--no-build', '--pull', 'never', ...argv], signal))
    } finally {
      if (before.size > 0) await removeOrphaned(this.options.engine, before, await this.described())
    }
  }

  #currentOrThrow() {
    if (!this.#current) throw new RehearsalError('INTERNAL', 'no release was created yet')
    return this.#current
  }

  #compose(argv: readonly string[], signal: AbortSignal): Promise<CommandResult> {
    const { file, env } = this.#currentOrThrow()
    return this.options.engine.docker(
      ['compose', '--project-name', prefixOf(this.options.runId), '--file', file, ...argv],
      { signal, env },
    )
  }
}

function isAtWork(status: string): boolean {
  return status === 'running' || status === 'restarting' || status === 'paused'
}
