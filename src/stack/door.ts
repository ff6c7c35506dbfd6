import type Dockerode from 'dockerode'
import { SocatContainer, type StartedSocatContainer } from 'testcontainers'
import { RehearsalError } from '../errors.ts'
import { loopback } from './engine.ts'
import type { Address } from './stack.ts'
import { startedIsEnough } from './started-is-enough.ts'

/** One port of one service that the host has to reach. */
export interface DoorTarget {
  readonly service: string
  readonly port: number
}

const firstPort = 20_000

/**
 * A forwarder on an ordinary network and on the sealed ones: the only way in. It listens on loopback and leads to the
 * named ports, so checks get through and the application gets nowhere.
 */
class Door extends SocatContainer {
  readonly #networks: readonly Dockerode.Network[]
  readonly #api: Dockerode
  readonly #publishOn: string

  constructor({ image, api, inside, name, host }: DoorOptions) {
    super(image)
    this.#api = api
    this.#networks = inside
    // From another machine or from inside a container, loopback would lead nowhere.
    this.#publishOn = host === loopback ? loopback : ''
    // Whoever knocks asks again until it opens; testcontainers would look for it on the host that it takes for right.
    this.withName(name).withAutoCleanup(false).withWaitStrategy(startedIsEnough)
  }

  protected override async beforeContainerCreated(): Promise<void> {
    // Published on every address of the host otherwise: a restored application is not for the network around it.
    const bindings = this.hostConfig.PortBindings as Record<string, { HostIp?: string; HostPort: string }[]>
    for (const list of Object.values(bindings)) for (const binding of list) binding.HostIp = this.#publishOn
  }

  protected override async containerCreated(id: string): Promise<void> {
    const container = this.#api.getContainer(id)
    await Promise.all(this.#networks.map((network) => network.connect({ Container: container.id })))
  }
}

export interface DoorOptions {
  readonly api: Dockerode
  /** Where this process reaches ports that the engine publishes. */
  readonly host: string
  readonly image: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** Name of the ordinary network. */
  readonly outside: string
  readonly inside: readonly Dockerode.Network[]
  readonly targets: readonly DoorTarget[]
}

/** Opens the door; resolves to where each target is reached from this machine. */
export async function openDoor(options: DoorOptions): Promise<(service: string, port: number) => Address> {
  const { targets } = options
  const door = new Door(options)
  door.withNetworkMode(options.outside).withLabels({ ...options.labels })
  for (const [index, target] of targets.entries()) door.withTarget(firstPort + index, target.service, target.port)
  const started: StartedSocatContainer | undefined = targets.length > 0 ? await door.start() : undefined
  return (service, port) => {
    const index = targets.findIndex((target) => target.service === service && target.port === port)
    if (!started || index < 0) {
      throw new RehearsalError('CONFIG', `no way in to ${service}:${port}: nothing in the configuration names it`, {
        where: service,
        hint: 'a URL that was captured leads there: add "via: http://SERVICE:PORT" to what asks for it',
      })
    }
    return { host: options.host, port: started.getMappedPort(firstPort + index) }
  }
}
