import { RehearsalError } from '../errors.ts'
import type { AnonymousVolume } from './anonymous-volumes.ts'
import type { VolumePlan } from './compose-rewrite.ts'
import { asking, type Described, ignoreSameState } from './engine.ts'
import { type Definition, ForkableContainerStack } from './forkable-container-stack.ts'
import { prefixOf, roleLabel, runLabels, serviceLabel } from './labels.ts'
import type { StackOptions } from './stack-options.ts'
import { startFailure } from './start-failure.ts'

/** The name by which a single image's service is known: in addresses, checks and reports. */
export const singleService = 'app'

/** One image as the user configured it. */
export interface SingleSpec {
  /** `name:/path/inside`, optionally `:ro`. */
  readonly volumes: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly command?: readonly string[]
}

/** One container, made through the engine's API. */
export class SingleStack extends ForkableContainerStack {
  readonly services = [singleService]
  readonly #spec: SingleSpec
  /** One image reference a release. */
  readonly #releases: readonly string[]
  #current:
    | { readonly image: string; readonly env: SingleSpec['env']; readonly command: readonly string[] | undefined }
    | undefined
  /** Whether the container that is there was made for the current release. */
  #isCurrent = false

  constructor(options: StackOptions, spec: SingleSpec, releases: readonly string[]) {
    super(options)
    this.#spec = spec
    this.#releases = releases
  }

  protected needed() {
    return { volumes: this.#mounts().map(({ plan }) => plan), networks: [this.#network] }
  }

  get #network(): string {
    return `${prefixOf(this.options.runId)}_default`
  }

  #mounts(): { readonly plan: VolumePlan; readonly target: string; readonly mode: 'ro' | 'rw' }[] {
    return this.#spec.volumes.map((line) => {
      const [key = '', target = '', mode] = line.split(':')
      const readable = key.replace(/[^a-zA-Z0-9_.-]+/g, '-').replace(/^[^a-zA-Z0-9]+/, '')
      return {
        plan: { key, name: `${prefixOf(this.options.runId)}_${readable}` },
        target,
        mode: mode === 'ro' ? 'ro' : 'rw',
      }
    })
  }

  protected async use({ release, altered }: Definition): Promise<void> {
    const own = altered[singleService] ?? {}
    const { env, command } = this.#spec
    this.#current = {
      image: await this.image(own.image ?? (this.#releases[release] as string)),
      env: { ...env, ...own.environment },
      command: own.command ?? command,
    }
    this.#isCurrent = false
  }

  protected async layFiles(): Promise<void> {}

  /** A new container of an image has none of the old one's. */
  protected async anonymous(): Promise<readonly AnonymousVolume[]> {
    return []
  }

  /** The container of the current release; one of another release gives way to it. */
  async #make(signal: AbortSignal): Promise<Described> {
    const [existing] = await this.described()
    if (existing && this.#isCurrent) return existing
    if (existing) {
      const old = this.options.engine.api.getContainer(existing.id)
      if (existing.state.status === 'running') await this.#stop(existing.id, this.options.graceMs, signal)
      await asking(() => old.remove({ v: true, force: true }))
    }
    await this.#create()
    this.#isCurrent = true
    return await this.container(singleService)
  }

  async #create(): Promise<void> {
    if (this.#current === undefined) throw new RehearsalError('INTERNAL', 'no release was created yet')
    const { engine, runId } = this.options
    const { image, env, command } = this.#current
    await asking(() =>
      engine.api.createContainer({
        name: `${prefixOf(runId)}-${singleService}`,
        Image: image,
        Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
        ...(command ? { Cmd: [...command] } : {}),
        Labels: { ...runLabels(runId), [roleLabel]: 'app', [serviceLabel]: singleService },
        HostConfig: {
          Binds: this.#mounts().map(
            ({ plan, target, mode }) => `${this.resources.volumes.nameOf(plan.name)}:${target}:${mode}`,
          ),
          NetworkMode: this.#network,
          LogConfig: { Type: 'json-file', Config: { 'max-size': '100m', 'max-file': '2' } },
        },
        NetworkingConfig: { EndpointsConfig: { [this.#network]: { Aliases: [singleService] } } },
      }),
    )
  }

  protected async template(_service: string, signal: AbortSignal): Promise<Described> {
    return await this.#make(signal)
  }

  protected async startAll(signal: AbortSignal): Promise<void> {
    try {
      const { id } = await this.#make(signal)
      await asking(() => this.options.engine.api.getContainer(id).start()).catch(ignoreSameState)
    } catch (cause) {
      signal.throwIfAborted()
      if (cause instanceof RehearsalError) throw cause
      const { message } = cause as Error
      const code = startFailure(message)
      throw new RehearsalError(code, `the engine could not start it: ${message}`, { where: singleService }, cause)
    }
  }

  protected async bringUp(_services: readonly string[], signal: AbortSignal): Promise<void> {
    await this.startAll(signal)
  }

  async startDependencies(): Promise<void> {}

  protected async replace(_service: string, _id: string | undefined, signal: AbortSignal): Promise<void> {
    await this.startAll(signal)
  }

  protected async stopSome(
    _services: readonly string[] | undefined,
    graceMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    for (const { id, state } of await this.described()) {
      if (state.status === 'running') await this.#stop(id, graceMs, signal)
    }
  }

  async #stop(id: string, graceMs: number, signal: AbortSignal): Promise<void> {
    const stopping = () => this.options.engine.api.getContainer(id).stop({ t: Math.ceil(graceMs / 1000) })
    await asking(stopping, graceMs + 60_000, signal).catch(ignoreSameState)
  }
}
