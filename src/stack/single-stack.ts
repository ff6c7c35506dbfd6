import type Dockerode from 'dockerode'
import { GenericContainer } from 'testcontainers'
import { RehearsalError } from '../errors.ts'
import type { VolumePlan } from './compose-rewrite.ts'
import { ContainerStack, type StackOptions } from './container-stack.ts'
import { asking } from './engine.ts'
import { prefixOf, roleLabel, runLabels, serviceLabel } from './labels.ts'
import { startFailure } from './start-failure.ts'
import { startedIsEnough } from './started-is-enough.ts'

/** The name by which a single image's service is known: in addresses, checks and reports. */
export const singleService = 'app'

/** One image as the user configured it. */
export interface SingleSpec {
  /** `name:/path/inside`, optionally `:ro`. */
  readonly volumes: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly command?: readonly string[]
}

/** One container, started through testcontainers. */
export class SingleStack extends ContainerStack {
  readonly services = [singleService]
  readonly #spec: SingleSpec
  /** One image reference a release. */
  readonly #releases: readonly string[]
  #current: string | undefined

  constructor(options: StackOptions, spec: SingleSpec, releases: readonly string[]) {
    super(options)
    this.#spec = spec
    this.#releases = releases
  }

  protected resources() {
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

  async create(release: number, _signal: AbortSignal): Promise<void> {
    for (const { id } of await this.described()) {
      await asking(() => this.options.engine.api.getContainer(id).remove({ v: true, force: true }))
    }
    this.#current = await this.image(this.#releases[release] as string)
  }

  async startOnly(): Promise<void> {
    throw new RehearsalError('CONFIG', 'this fixture needs a service of its own, but the stack is a single image')
  }

  protected async startAll(signal: AbortSignal): Promise<void> {
    const [existing] = await this.described()
    if (existing) return void (await asking(() => this.options.engine.api.getContainer(existing.id).start()))
    if (this.#current === undefined) throw new RehearsalError('INTERNAL', 'no release was created yet')
    const container = new RehearsedContainer(this.#current, this.#network)
      .withName(`${prefixOf(this.options.runId)}-${singleService}`)
      .withLabels({ ...runLabels(this.options.runId), [roleLabel]: 'app', [serviceLabel]: singleService })
      .withEnvironment({ ...this.#spec.env })
      .withBindMounts(this.#mounts().map(({ plan, target, mode }) => ({ source: plan.name, target, mode })))
    if (this.#spec.command) container.withCommand([...this.#spec.command])
    try {
      await asking(() => container.start())
    } catch (cause) {
      signal.throwIfAborted()
      if (cause instanceof RehearsalError) throw cause
      throw new RehearsalError(
        startFailure((cause as Error).message),
        `the engine could not start it: ${(cause as Error).message}`,
        { where: singleService },
        cause,
      )
    }
  }

  protected async stopAll(graceMs: number): Promise<void> {
    for (const { id, state } of await this.described()) {
      if (state.status !== 'running') continue
      const stopping = () => this.options.engine.api.getContainer(id).stop({ t: Math.ceil(graceMs / 1000) })
      await asking(stopping, graceMs + 60_000).catch(ignoreStopped)
    }
  }
}

function ignoreStopped(cause: unknown): void {
  if ((cause as { statusCode?: number }).statusCode !== 304) throw cause
}

class RehearsedContainer extends GenericContainer {
  readonly #network: string

  constructor(image: string, network: string) {
    super(image)
    this.#network = network
    this.withNetworkMode(network).withAutoCleanup(false).withWaitStrategy(startedIsEnough)
  }

  protected override async beforeContainerCreated(): Promise<void> {
    // testcontainers' own alias would join the default bridge first, and that one leads outside.
    const endpoints: Record<string, Dockerode.EndpointSettings> = { [this.#network]: { Aliases: [singleService] } }
    this.createOpts.NetworkingConfig = { EndpointsConfig: endpoints }
    this.hostConfig.LogConfig = { Type: 'json-file', Config: { 'max-size': '100m', 'max-file': '2' } }
  }
}
