import type { Readable, Writable } from 'node:stream'
import { RehearsalError } from '../errors.ts'
import type { ContainerState } from '../run/journal.ts'
import type { ForkableStack } from './checkpoint.ts'
import { copyOut, execIn, ownFiles, readFolder, runOnce } from './container-commands.ts'
import { mayHavePrinted, saveLog, tellLog } from './container-logs.ts'
import { type Described, describeContainers } from './engine.ts'
import { awaitWrittenLog } from './log-mark.ts'
import { MemoryWatch } from './memory-watch.ts'
import { removeContainers } from './remove-containers.ts'
import type { Address, CommandOptions, CommandResult, FolderOf, LoadOptions, Stack } from './stack.ts'
import { imageOf, type StackOptions } from './stack-options.ts'
import { type Needed, StackResources } from './stack-resources.ts'

/** What all stacks share: everything that observes containers and that does not depend on what starts them. */
export abstract class ContainerStack implements Omit<Stack, 'create' | keyof ForkableStack> {
  protected readonly options: StackOptions
  protected readonly resources: StackResources
  readonly #memory = new MemoryWatch()
  /** Architectures of images that are for another engine, by the image's id. */
  readonly #foreign = new Map<string, string>()
  /** Checks look at what was printed since the last start; the evidence has all since it was last kept. */
  #phaseStart = new Date(0)
  #keptUntil = new Date(0)
  /** While one release takes another's place, what was printed since the first container changed counts. */
  #rollingSince: Date | undefined

  constructor(options: StackOptions) {
    this.options = options
    this.resources = new StackResources(options, () => this.needed())
    options.images.then(
      (images) => {
        for (const { id, foreign } of images) if (foreign !== undefined) this.#foreign.set(id, foreign)
      },
      // Whoever needs them hears of it.
      () => undefined,
    )
  }

  abstract readonly services: readonly string[]
  protected abstract bringUp(services: readonly string[], signal: AbortSignal): Promise<void>
  /** A container as the current release defines it, for a one-shot to be made after; it need not run. */
  protected abstract template(service: string, signal: AbortSignal): Promise<Described>
  protected abstract replace(service: string, id: string | undefined, signal: AbortSignal): Promise<void>
  abstract startDependencies(service: string, signal: AbortSignal): Promise<void>
  protected abstract startAll(signal: AbortSignal): Promise<void>
  protected abstract stopSome(
    services: readonly string[] | undefined,
    graceMs: number,
    signal: AbortSignal,
  ): Promise<void>
  protected abstract needed(): Needed

  async open(signal: AbortSignal): Promise<void> {
    await this.#memory.open(this.options.engine, this.options.runId)
    await this.resources.open(signal)
  }

  /** What to hand to the engine for a reference. */
  protected image(reference: string): Promise<string> {
    return imageOf(this.options, reference)
  }

  async settled(): Promise<void> {
    this.#memory.close()
    await this.resources.settled()
  }

  /** What is created next takes no other's place. */
  protected startAnew(): void {
    this.#rollingSince = undefined
  }

  async start(signal: AbortSignal): Promise<void> {
    this.#phaseStart = this.#rollingSince ?? new Date()
    await this.resources.beside(this.startAll(signal))
  }

  async startOnly(service: string, signal: AbortSignal): Promise<void> {
    await this.startServices([service], signal)
  }

  async startServices(services: readonly string[], signal: AbortSignal): Promise<void> {
    await this.resources.beside(this.bringUp(services, signal))
  }

  async stop(graceMs: number, signal: AbortSignal, services?: readonly string[]): Promise<void> {
    await this.stopSome(services, graceMs, signal)
  }

  async down(graceMs: number, signal: AbortSignal): Promise<void> {
    await this.stopSome(undefined, graceMs, signal)
    await removeContainers(this.options.engine, this.options.runId, ['app'])
  }

  async replaceOne(service: string, turn: number, signal: AbortSignal): Promise<void> {
    this.#rollingSince ??= new Date()
    const own = (await this.described()).filter(({ state }) => state.service === service)
    // The engine's own order of birth: what was replaced before stands behind what has not been yet.
    const old = own.toSorted((a, b) => a.inspect.Created.localeCompare(b.inspect.Created))
    if (turn > old.length) throw new RehearsalError('INTERNAL', `${service} has no container ${turn} to replace`)
    await this.replace(service, old[0]?.id, signal)
  }

  get volumeKeys(): readonly string[] {
    return this.resources.volumeKeys
  }

  async loadVolume(volume: string, tar: Readable | number, options: LoadOptions): Promise<void> {
    await this.resources.load(volume, tar, options)
  }

  async emptyVolume(volume: string, signal: AbortSignal): Promise<void> {
    await this.resources.inVolume(volume, ['find', '.', '-mindepth', '1', '-delete'], signal)
  }

  async moveInVolume(volume: string, from: string, to: string, signal: AbortSignal): Promise<void> {
    await this.resources.inVolume(volume, ['mv', '--', from, to], signal)
  }

  address(service: string, port: number): Address {
    return this.resources.address(service, port)
  }

  async containers(): Promise<readonly ContainerState[]> {
    return (await this.described()).map(({ state }) => state)
  }

  protected async described(): Promise<Described[]> {
    const described = await describeContainers(this.options.engine, this.options.runId)
    return described.map((one) => {
      const foreign = this.#foreign.get(one.state.image)
      return {
        ...one,
        state: { ...this.#memory.told(one.id, one.state), ...(foreign === undefined ? {} : { foreign }) },
      }
    })
  }

  async environment(service: string): Promise<Readonly<Record<string, string>>> {
    const { inspect } = await this.container(service)
    return Object.fromEntries(
      (inspect.Config.Env ?? []).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
  }

  async copyOut(service: string, path: string, file: string, signal: AbortSignal): Promise<void> {
    const { id } = await this.container(service)
    await copyOut(this.options.engine, id, path, file, signal)
  }

  async readFolder(folder: FolderOf, tar: Writable, signal: AbortSignal): Promise<boolean> {
    if ('volume' in folder) return await this.resources.readVolume(folder.volume, folder.under, tar, signal)
    const { id } = await this.container(folder.service)
    return await readFolder(this.options.engine, id, folder.path, tar, signal)
  }

  async ownFiles(service: string): Promise<readonly string[]> {
    return await ownFiles(this.options.engine, (await this.container(service)).id)
  }

  async exec(service: string, argv: readonly string[], options: CommandOptions): Promise<CommandResult> {
    const { id } = await this.container(service)
    return await execIn(this.options.engine, id, argv, options)
  }

  async run(service: string, argv: readonly string[], options: CommandOptions): Promise<CommandResult> {
    const like = await this.template(service, options.signal)
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
    const containers = (await this.described()).filter(({ inspect }) => mayHavePrinted(inspect.State, since))
    await Promise.all(containers.map(({ id, state }) => saveLog(this.options.engine, id, since, open(state), signal)))
  }

  protected async container(service: string): Promise<Described> {
    const own = (await this.described()).filter(({ state }) => state.service === service)
    const found = own.find(({ state }) => state.status === 'running') ?? own[0]
    if (!found) throw new RehearsalError('INTERNAL', `the stack has no container of service "${service}"`)
    return found
  }
}
