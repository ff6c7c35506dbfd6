import type { Readable } from 'node:stream'
import { RehearsalError } from '../errors.ts'
import type { AnonymousVolume } from './anonymous-volumes.ts'
import type { Altered, Forked } from './checkpoint.ts'
import { ContainerStack } from './container-stack.ts'
import { killService } from './kill-service.ts'
import { removeContainers } from './remove-containers.ts'
import type { Stack } from './stack.ts'

/** What containers are made of from now on. */
export interface Definition {
  readonly release: number
  readonly altered: Readonly<Record<string, Altered>>
}

/** What all stacks share of releases and checkpoints: whatever starts the containers, volumes are put back alike. */
export abstract class ForkableContainerStack extends ContainerStack implements Stack {
  #definition: Definition | undefined
  /** The release whose own files lie in the volumes. */
  #laid = 0
  /** The release that each checkpoint is of: its own files lie in the volumes. */
  readonly #releases = new Map<string, number>()

  protected abstract use(definition: Definition, signal: AbortSignal): Promise<void>
  /** Puts what the release itself brings into volumes of the operator's. */
  protected abstract layFiles(definition: Definition, signal: AbortSignal): Promise<void>
  /** Volumes that only an image asks for, where these outlive a container. */
  protected abstract anonymous(): Promise<readonly AnonymousVolume[]>

  async create(release: number, signal: AbortSignal, altered: Definition['altered'] = {}): Promise<void> {
    this.#definition = { release, altered }
    this.startAnew()
    await this.use(this.#definition, signal)
    if (this.#laid !== release) await this.layFiles(this.#definition, signal)
    this.#laid = release
  }

  async checkpoint(name: string, signal: AbortSignal): Promise<Forked> {
    await this.#requireStopped(`the checkpoint "${name}"`)
    const forked = await this.resources.volumes.checkpoint(name, await this.anonymous(), signal)
    this.#releases.set(name, this.#laid)
    if (this.#definition) await this.use(this.#definition, signal)
    return forked
  }

  async fork(name: string, signal: AbortSignal): Promise<Forked> {
    await this.#removeContainers()
    const forked = await this.resources.volumes.fork(name, signal)
    this.#laid = this.#releases.get(name) ?? 0
    await this.#useUnaltered(signal)
    return forked
  }

  async fresh(filled: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    await this.#removeContainers()
    await this.resources.reopen(filled, signal)
    this.#laid = 0
    await this.#useUnaltered(signal)
  }

  async kill(service: string, signal: AbortSignal, spared: ReadonlySet<string> = new Set()): Promise<number> {
    return await killService(this.options.engine, this.options.runId, { service, spared }, signal)
  }

  async packVolumes(signal: AbortSignal): Promise<Readable> {
    await this.#requireStopped('a pack of the volumes')
    return this.resources.pack(await this.anonymous(), signal)
  }

  async unpackVolumes(tar: Readable, signal: AbortSignal, release = 0): Promise<void> {
    await this.#removeContainers()
    await this.resources.unpack(tar, signal)
    this.#laid = release
    await this.#useUnaltered(signal)
  }

  async #requireStopped(what: string): Promise<void> {
    const running = (await this.described()).find(({ inspect }) => inspect.State.Running)?.state.service
    if (running === undefined) return
    throw new RehearsalError('INTERNAL', `${what} would be torn: ${running} still runs`, { where: running })
  }

  async #useUnaltered(signal: AbortSignal): Promise<void> {
    this.startAnew()
    if (!this.#definition) return
    this.#definition = { ...this.#definition, altered: {} }
    await this.use(this.#definition, signal)
  }

  async #removeContainers(): Promise<void> {
    const { engine, runId } = this.options
    await removeContainers(engine, runId, ['app', 'once', 'template', 'loader'])
  }
}
