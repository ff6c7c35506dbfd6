import { posix } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type Dockerode from 'dockerode'
import { RehearsalError } from '../errors.ts'
import { allEnded } from './all-ended.ts'
import type { AnonymousVolume } from './anonymous-volumes.ts'
import type { VolumePlan } from './compose-rewrite.ts'
import { readFolder } from './container-commands.ts'
import { openDoor } from './door.ts'
import { doorImage } from './door-image.ts'
import { asking } from './engine.ts'
import { prefixOf, roleLabel, runLabels } from './labels.ts'
import { createNetwork } from './networks.ts'
import type { Address, LoadOptions } from './stack.ts'
import { imageOf, type StackOptions } from './stack-options.ts'
import { StackVolumes } from './stack-volumes.ts'
import { Throwaway } from './throwaway.ts'
import { inVolume } from './volume-commands.ts'
import { openPack, packVolumes, unpackVolumes } from './volume-packs.ts'
import { loadFolder, loadVolume } from './volumes.ts'

/** Every volume and network that any release of the path uses. */
export interface Needed {
  readonly volumes: readonly VolumePlan[]
  readonly networks: readonly string[]
}

/** What all releases of a stack share and no container owns: networks, volumes, and the door. */
export class StackResources {
  readonly #options: StackOptions
  readonly #needed: () => Needed
  readonly #throwaway: Throwaway
  readonly volumes: StackVolumes
  #door: Promise<(service: string, port: number) => Address> | undefined
  #address: ((service: string, port: number) => Address) | undefined

  constructor(options: StackOptions, needed: () => Needed) {
    this.#options = options
    this.#needed = needed
    this.#throwaway = new Throwaway(options)
    this.volumes = new StackVolumes(options, this.#throwaway)
  }

  async open(signal: AbortSignal): Promise<void> {
    const { engine, runId, network, targets } = this.#options
    const { volumes, networks } = this.#needed()
    const labels = runLabels(runId)
    const outside = `${prefixOf(runId)}-door`
    const sealed = networks.map((name) => createNetwork(engine, { name, labels, sealed: network === 'sealed' }))
    await allEnded<unknown>([
      ...sealed,
      ...(targets.length > 0 ? [createNetwork(engine, { name: outside, labels, sealed: false })] : []),
      this.volumes.open(volumes, signal),
    ])
    const inside = await Promise.all(sealed)
    const image = await this.#image()
    signal.throwIfAborted()
    // Nobody knocks before the services have started: until then the door opens beside everything else.
    this.#door = this.#openDoor(inside, image, outside)
    this.#door.catch(() => undefined)
    await this.#fillFolders(this.#options.filled, signal)
  }

  /** Volumes as `open` made them, in place of what is there; no container has any of those any more. */
  async reopen(filled: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    await this.volumes.open(this.#needed().volumes, signal)
    await this.#fillFolders(new Set([...this.#options.filled, ...filled]), signal)
  }

  async #fillFolders(filled: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const copied = this.#needed().volumes.filter(({ key, folder }) => folder !== undefined && !filled.has(key))
    await allEnded(copied.map((volume) => this.fill(volume, signal)))
  }

  async fill({ key, name, folder }: VolumePlan, signal: AbortSignal): Promise<void> {
    const { engine, runId } = this.#options
    const volume = this.volumes.nameOf(name)
    await loadFolder(engine, runId, await this.#image(), volume, { folder: folder as string, home: key }, signal)
  }

  #openDoor(inside: readonly Dockerode.Network[], image: string, outside: string) {
    const { engine, runId, targets } = this.#options
    const labels = { ...runLabels(runId), [roleLabel]: 'door' }
    const name = `${prefixOf(runId)}_door`
    const { api, host } = engine
    return asking(() => openDoor({ api, host, image, name, labels, outside, inside, targets }))
  }

  async #image(): Promise<string> {
    return imageOf(this.#options, doorImage)
  }

  /** Resolves when nothing is being created in the background any more. */
  async settled(): Promise<void> {
    await this.#door?.catch(() => undefined)
  }

  /** Whatever starts may be asked next: by then the door is open. */
  async beside(starting: Promise<void>): Promise<void> {
    await Promise.allSettled([this.#door, starting])
    this.#address = await this.#door
    await starting
  }

  address(service: string, port: number): Address {
    if (!this.#address) throw new RehearsalError('INTERNAL', 'nothing was started that could be reached')
    return this.#address(service, port)
  }

  get volumeKeys(): readonly string[] {
    return this.#needed().volumes.map(({ key }) => key)
  }

  async load(volume: string, tar: Readable | number, options: LoadOptions): Promise<void> {
    const { engine, runId } = this.#options
    await loadVolume(engine, runId, await this.#image(), this.#volume(volume), tar, options, this.#nested(volume))
  }

  /** Runs a command in a volume's own folder. */
  async inVolume(volume: string, argv: readonly string[], signal: AbortSignal): Promise<void> {
    await inVolume(this.#throwaway, this.#volume(volume), argv, signal)
  }

  /** Streams a folder of a volume, with what is mounted inside of it, through a container that never runs. */
  async readVolume(volume: string, under: string, tar: Writable, signal: AbortSignal): Promise<boolean> {
    const at = '/volume'
    const inner = [...this.#nested(volume)].map(([path, name]) => `${name}:${at}/${path}:ro`)
    const binds = [`${this.#volume(volume)}:${at}:ro`, ...inner]
    const read = (container: Dockerode.Container) =>
      readFolder(this.#options.engine, container.id, posix.join(at, under), tar, signal)
    return await this.#throwaway.idle(binds, read, signal)
  }

  /** All volumes as one stream, with those that nobody named. */
  pack(anonymous: readonly AnonymousVolume[], signal: AbortSignal): Readable {
    const planned = this.#inOrder()
    const further = this.volumes.further(anonymous)
    const names = [...planned.map(({ name }) => this.volumes.nameOf(name)), ...further.map(({ name }) => name)]
    const packed = { keys: planned.map(({ key }) => key), further: further.map(({ mounts }) => mounts) }
    return packVolumes({ engine: this.#options.engine, throwaway: this.#throwaway }, packed, names, signal)
  }

  /** New volumes with what was packed, in place of all that is there. */
  async unpack(tar: Readable, signal: AbortSignal): Promise<void> {
    const { packed, rest } = await openPack(tar, signal)
    const planned = this.#inOrder()
    const keys = planned.map(({ key }) => key)
    if (keys.join('\n') !== packed.keys.join('\n')) {
      const [had, has] = [packed.keys, keys].map((list) => list.join(', ') || 'none')
      throw new RehearsalError('FIXTURE_CORRUPT', `other volumes were packed: ${had}; the stack has: ${has}`)
    }
    await this.volumes.open(planned, signal, packed.further)
    const further = this.volumes.further([]).map(({ name }) => name)
    const names = [...planned.map(({ name }) => this.volumes.nameOf(name)), ...further]
    await unpackVolumes({ engine: this.#options.engine, throwaway: this.#throwaway }, rest, names, signal)
  }

  /** The same in every run; the same volume may be mounted twice. */
  #inOrder(): VolumePlan[] {
    const byKey = new Map(this.#needed().volumes.map((volume) => [volume.key, volume]))
    return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
  }

  /** Mounted host folders inside of this one. */
  #nested(key: string): Map<string, string> {
    const inside = this.#needed().volumes.filter((volume) => key.startsWith('/') && volume.key.startsWith(`${key}/`))
    return new Map(inside.map((volume) => [volume.key.slice(key.length + 1), this.volumes.nameOf(volume.name)]))
  }

  #volume(key: string): string {
    const { volumes } = this.#needed()
    const found = volumes.find((volume) => volume.key === key)
    if (found) return this.volumes.nameOf(found.name)
    const known = volumes.map((volume) => volume.key).join(', ') || 'none'
    throw new RehearsalError('CONFIG', `the stack has no volume "${key}"; it has: ${known}`)
  }
}
