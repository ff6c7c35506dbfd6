import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RehearsalError } from '../errors.ts'
import { allEnded } from './all-ended.ts'
import { type AnonymousVolume, anonymousMounts, anonymousVolumes, removeOrphaned } from './anonymous-volumes.ts'
import type { ComposeService } from './compose-model.ts'
import { type ComposeRelease, ComposeReleases } from './compose-releases.ts'
import { mustSucceed } from './compose-result.ts'
import { makeTemplate } from './compose-template.ts'
import { asking, type Described, ignoreSameState } from './engine.ts'
import { type Definition, ForkableContainerStack } from './forkable-container-stack.ts'
import { prefixOf } from './labels.ts'
import type { ComposeRead } from './read-compose.ts'
import type { CommandResult } from './stack.ts'
import type { StackOptions } from './stack-options.ts'
import { copyFiles } from './volumes.ts'

type Env = Readonly<Record<string, string>>

/** A Compose project, driven by the docker compose CLI from rewritten files of its own. */
export class ComposeStack extends ForkableContainerStack {
  readonly #releases: ComposeReleases
  #current: (ComposeRelease & { readonly file: string; readonly env: Env }) | undefined
  #copied = new Set<string>()
  /** True once every container is of the current release. */
  #allCurrent = false
  #templates = new Map<string, Promise<Described>>()

  constructor(options: StackOptions, reads: readonly ComposeRead[]) {
    super(options)
    this.#releases = new ComposeReleases(options, reads)
  }

  get services(): readonly string[] {
    return this.#releases.services
  }

  protected needed() {
    return this.#releases.needed()
  }

  protected async use(definition: Definition): Promise<void> {
    const { volumes } = this.resources
    const defined = await this.#releases.defined(definition, {
      volume: (planned) => volumes.nameOf(planned),
      mounts: (service) => volumes.mountsOf(service),
    })
    const file = join(this.options.scratch, `compose-${definition.release}.json`)
    await writeFile(file, JSON.stringify(defined.rewritten.model, null, 2), { mode: 0o600 })
    this.#allCurrent = false
    this.#templates.clear()
    this.#current = { ...defined, file, env: { ...this.options.engine.env, ...defined.needed } }
  }

  protected async layFiles(_: Definition, signal: AbortSignal): Promise<void> {
    // A checkout puts the release's own files beside the data that lies there.
    const { volumes = [] } = this.#current?.rewritten ?? {}
    const own = volumes.filter(({ key, folder }) => folder !== undefined && folder !== key)
    for (const volume of own) await this.resources.fill(volume, signal)
  }

  protected async anonymous(): Promise<readonly AnonymousVolume[]> {
    return anonymousMounts(await this.described())
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
    // Asking Compose takes a good part of a second, and after a checkpoint or a fork nothing runs.
    if (!(await this.described()).some(({ state }) => isAtWork(state.status))) return
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
