import type { Readable, Writable } from 'node:stream'
import type Dockerode from 'dockerode'
import { RehearsalError } from '../errors.ts'
import type { ResolvedImage } from '../releases/release.ts'
import type { ContainerState } from '../run/journal.ts'
import { allEnded } from './all-ended.ts'
import type { VolumePlan } from './compose-rewrite.ts'
import { execIn, runOnce } from './container-commands.ts'
import { saveLog, tellLog } from './container-logs.ts'
import { type DoorTarget, openDoor } from './door.ts'
import { doorImage } from './door-image.ts'
import { asking, type Described, describeContainers, type Engine } from './engine.ts'
import { prefixOf, roleLabel, runLabels } from './labels.ts'
import { awaitWrittenLog } from './log-mark.ts'
import { createNetwork } from './networks.ts'
import type { Address, CommandOptions, CommandResult, LoadOptions, Stack } from './stack.ts'
import { loadFolder, loadVolume } from './volumes.ts'

/** What a stack is made of, whatever starts it. */
export interface StackOptions {
  readonly engine: Engine
  readonly runId: string
  readonly network: 'sealed' | 'open'
  /** Ports that checks will ask for. */
  readonly targets: readonly DoorTarget[]
  /** Volumes, as users name them, that a fixture fills: their host folder is not copied in. */
  readonly filled: ReadonlySet<string>
  readonly graceMs: number
  /** Folder for this run's own files. */
  readonly scratch: string
  /** Settled once everything is pulled. */
  readonly images: Promise<readonly ResolvedImage[]>
}

/** What all stacks share: networks, volumes, the door, and everything that observes containers. */
export abstract class ContainerStack implements Stack {
  protected readonly options: StackOptions
  #door: Promise<(service: string, port: number) => Address> | undefined
  #address: ((service: string, port: number) => Address) | undefined
  /** Checks look at what was printed since the last start; the evidence has all since it was last kept. */
  #phaseStart = new Date(0)
  #keptUntil = new Date(0)

  constructor(options: StackOptions) {
    this.options = options
  }

  abstract readonly services: readonly string[]
  abstract create(release: number, signal: AbortSignal): Promise<void>
  abstract startOnly(service: string, signal: AbortSignal): Promise<void>
  protected abstract startAll(signal: AbortSignal): Promise<void>
  protected abstract stopAll(graceMs: number, signal: AbortSignal): Promise<void>
  /** Every volume and network that any release of the path uses. */
  protected abstract resources(): { readonly volumes: readonly VolumePlan[]; readonly networks: readonly string[] }

  async open(signal: AbortSignal): Promise<void> {
    const { engine, runId, network, targets } = this.options
    const { volumes, networks } = this.resources()
    const labels = runLabels(runId)
    const outside = `${prefixOf(runId)}-door`
    const sealed = networks.map((name) => createNetwork(engine, { name, labels, sealed: network === 'sealed' }))
    await allEnded<unknown>([
      ...sealed,
      ...(targets.length > 0 ? [createNetwork(engine, { name: outside, labels, sealed: false })] : []),
      ...volumes.map(({ name }) => asking(() => engine.api.createVolume({ Name: name, Labels: labels }))),
    ])
    const inside = await Promise.all(sealed)
    const image = await this.image(doorImage)
    signal.throwIfAborted()
    // Nobody knocks before the services have started: until then the door opens beside everything else.
    this.#door = this.#openDoor(inside, image, outside)
    this.#door.catch(() => undefined)
    const copied = volumes.filter(({ key, folder }) => folder !== undefined && !this.options.filled.has(key))
    await allEnded(copied.map(({ name, folder }) => loadFolder(engine, runId, image, name, folder as string, signal)))
  }

  #openDoor(inside: readonly Dockerode.Network[], image: string, outside: string) {
    const { engine, runId, targets } = this.options
    const labels = { ...runLabels(runId), [roleLabel]: 'door' }
    return asking(() =>
      openDoor({
        api: engine.api,
        host: engine.host,
        image,
        name: `${prefixOf(runId)}_door`,
        labels,
        outside,
        inside,
        targets,
      }),
    )
  }

  /** What to hand to the engine for a reference. */
  protected async image(reference: string): Promise<string> {
    const image = (await this.options.images).find((one) => one.reference === reference)
    if (!image) throw new RehearsalError('INTERNAL', `${reference} was not pulled`)
    return image.run
  }

  async settled(): Promise<void> {
    await this.#door?.catch(() => undefined)
  }

  async start(signal: AbortSignal): Promise<void> {
    this.#phaseStart = new Date()
    const starting = this.startAll(signal)
    await Promise.allSettled([this.#door, starting])
    this.#address = await this.#door
    await starting
  }

  async stop(graceMs: number, signal: AbortSignal): Promise<void> {
    await this.stopAll(graceMs, signal)
  }

  get volumeKeys(): readonly string[] {
    return this.resources().volumes.map(({ key }) => key)
  }

  async loadVolume(volume: string, tar: Readable | number, options: LoadOptions): Promise<void> {
    const { volumes } = this.resources()
    const found = volumes.find(({ key }) => key === volume)
    if (!found) {
      throw new RehearsalError(
        'CONFIG',
        `the stack has no volume "${volume}"; it has: ${volumes.map(({ key }) => key).join(', ') || 'none'}`,
      )
    }
    await loadVolume(this.options.engine, this.options.runId, await this.image(doorImage), found.name, tar, options)
  }

  address(service: string, port: number): Address {
    if (!this.#address) throw new RehearsalError('INTERNAL', 'nothing was started that could be reached')
    return this.#address(service, port)
  }

  async containers(): Promise<readonly ContainerState[]> {
    return (await this.described()).map(({ state }) => state)
  }

  protected described(): Promise<Described[]> {
    return describeContainers(this.options.engine, this.options.runId)
  }

  async environment(service: string): Promise<Readonly<Record<string, string>>> {
    const { inspect } = await this.#container(service)
    return Object.fromEntries(
      inspect.Config.Env.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
  }

  async exec(service: string, argv: readonly string[], options: CommandOptions): Promise<CommandResult> {
    const { id } = await this.#container(service)
    return await execIn(this.options.engine, id, argv, options)
  }

  async run(service: string, argv: readonly string[], options: CommandOptions): Promise<CommandResult> {
    const like = await this.#container(service)
    const prepare = (container: string) => this.copyInto(container, service)
    return await runOnce(this.options.engine, this.options.runId, like, argv, options, prepare)
  }

  /** Puts the service's configuration files into a new container. */
  protected async copyInto(_container: string, _service: string): Promise<void> {}

  async eachLogLine(service: string, onLine: (line: string) => void, signal: AbortSignal): Promise<void> {
    const own = (await this.described()).filter(({ state }) => state.service === service)
    for (const { id, state } of own) {
      if (state.status === 'running') await awaitWrittenLog(this.options.engine, id, signal)
      await tellLog(this.options.engine, id, this.#phaseStart, onLine, signal)
    }
  }

  async saveLogs(open: (container: ContainerState) => Writable, signal: AbortSignal): Promise<void> {
    const since = this.#keptUntil
    this.#keptUntil = new Date()
    const containers = await this.described()
    await Promise.all(containers.map(({ id, state }) => saveLog(this.options.engine, id, since, open(state), signal)))
  }

  async #container(service: string): Promise<Described> {
    const own = (await this.described()).filter(({ state }) => state.service === service)
    const found = own.find(({ state }) => state.status === 'running') ?? own[0]
    if (!found) throw new RehearsalError('INTERNAL', `the stack has no container of service "${service}"`)
    return found
  }
}
