import type { CheckContext } from '../checks/check.ts'
import { signIn } from '../checks/sign-in.ts'
import { stackHome } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { releaseAlias, releaseHost } from '../fields/index.ts'
import type { Hop, Plan, Stage, Step } from '../plan/plan.ts'
import type { ResolvedImage } from '../releases/release.ts'
import { Captures } from './captures.ts'
import type { Evidence } from './evidence.ts'
import { Durations } from './interrupt-step.ts'
import type { ContainerState } from './journal.ts'
import type { SceneMemory } from './memory.ts'
import type { RunPorts } from './ports.ts'
import { captureSideOf, folderOf } from './stage-names.ts'
import { templatesFor } from './templates.ts'
import { type Watch, watchStart } from './watch.ts'

/** Where one step is carried out. */
export interface Spot {
  readonly step: Step
  readonly stage: Stage
  readonly signal: AbortSignal
}

/** What one step leaves for the next. */
export class Scene {
  readonly ports: RunPorts
  readonly evidence: Evidence
  readonly #captures = new Captures()
  images: readonly ResolvedImage[] = []
  /** Place of the release that was created last. */
  release = 0
  signedIn: Readonly<Record<string, string>> | undefined
  watch: Watch = watchStart()
  /** From a start on, one deadline holds for all that leads to being ready. */
  readyBy = 0
  #startedAt: number | undefined
  /** When all was ready last, by the clock of `performance`, and how it was then. */
  ready: { readonly since: number; readonly containers: readonly ContainerState[] } = { since: 0, containers: [] }
  /** The service one of whose containers has just been replaced, and how many of them are new now. */
  replaced: { readonly service: string; readonly count: number } | undefined
  /** Where an export lies. */
  exported: string | undefined
  /** True once anything of a later release than the source was started. */
  upgraded = false
  /** True where the restored baseline came from the cache. */
  cached = false
  /** Of the baseline as it was before it was restored. */
  cacheKey: string | undefined
  readonly durations = new Durations()
  /** Services that were stopped on purpose and are not to be waited for. */
  readonly stopped = new Set<string>()

  constructor(ports: RunPorts, evidence: Evidence) {
    this.ports = ports
    this.evidence = evidence
  }

  remember(): SceneMemory {
    return {
      captured: this.#captures.remember(),
      release: this.release,
      upgraded: this.upgraded,
      signedIn: this.signedIn,
      durations: this.durations.known,
      logs: this.evidence.kept,
    }
  }

  recall(memory: SceneMemory): void {
    this.#captures.recall(memory.captured)
    this.release = memory.release
    this.upgraded = memory.upgraded
    this.signedIn = memory.signedIn
    this.durations.recall(memory.durations)
    this.evidence.recall(memory.logs)
  }

  get version(): string {
    return this.#release(this.release).version
  }

  get sourceVersion(): string {
    return this.#release(0).version
  }

  /** The release that a hop starts from; outside of hops, the source. */
  versionBefore({ stage }: Spot): string {
    const hop = stage.hop === undefined ? undefined : this.ports.plan.hops[stage.hop - 1]
    return this.#release(hop?.from ?? 0).version
  }

  #release(index: number): Plan['releases'][number] {
    return this.ports.plan.releases[index] as Plan['releases'][number]
  }

  /** From now on, what fails is the later release's doing. */
  startsContainers(): void {
    this.upgraded ||= this.release > 0
  }

  /** What a start has taken until everything was ready, milliseconds; undefined where that was asked before. */
  takeStartUp(): number | undefined {
    const startedAt = this.#startedAt
    this.#startedAt = undefined
    if (startedAt === undefined) return undefined
    return Math.max(0, performance.now() - startedAt - (this.ports.config.ready.steady ?? 0))
  }

  /** A new start: what has to be ready has to be so within its time from now. */
  beginStart(): void {
    this.startsContainers()
    this.evidence.during('starting')
    this.#startedAt = performance.now()
    this.readyBy = this.#startedAt + this.ports.config.ready.within
    this.replaced = undefined
    this.watch = watchStart()
  }

  /** From now on, what containers print belongs to this stage. */
  async begin({ stage, signal }: Spot): Promise<void> {
    await this.evidence.begin(folderOf(stage), signal)
  }

  tell({ step }: Spot): (line: string) => void {
    return (line) => this.ports.journal.write({ type: 'step-output', step: step.id, line })
  }

  environment({ stage, step }: Spot): Readonly<Record<string, string>> {
    this.ports.journal.write({ type: 'program', step: step.id })
    return this.ports.userEnvironment(stage.phase, this.version)
  }

  context(spot: Spot): CheckContext {
    const { stack, config, shell } = this.ports
    const phase = captureSideOf(spot.stage)
    const own = this.#captures.at(phase)
    return {
      stack,
      signal: spot.signal,
      ...templatesFor({
        source: this.sourceVersion,
        current: this.version,
        phase,
        captured: this.#captures.baseline,
        own,
      }),
      capture: (name, value) => void own.set(name, value),
      signedIn: this.signedIn,
      home: stackHome(config.stack),
      folder: config.folder,
      shell,
      onLine: this.tell(spot),
      environment: () => this.environment(spot),
    }
  }

  /** While a hop is made, `server.old` and `server.new` are the containers of the two releases. */
  contextBetween(spot: Spot): CheckContext {
    const context = this.context(spot)
    const hop = this.ports.plan.hops[(spot.stage.hop ?? 1) - 1] as Hop
    const { stack } = this.ports
    const own = (host: string) => {
      const { service, side } = releaseHost(host)
      return side === undefined ? host : releaseAlias(service, side === 'old' ? hop.from : hop.to)
    }
    const beside = {
      services: stack.services,
      exec: stack.exec.bind(stack),
      run: stack.run.bind(stack),
      eachLogLine: stack.eachLogLine.bind(stack),
      environment: stack.environment.bind(stack),
      containers: () => stack.containers(),
      readFolder: stack.readFolder.bind(stack),
      ownFiles: stack.ownFiles.bind(stack),
      address: (service: string, port: number) => stack.address(own(service), port),
    }
    return { ...context, stack: beside }
  }

  async signIn(spot: Spot): Promise<Readonly<Record<string, string>>> {
    const how = this.ports.config['sign-in']
    if (!how) throw new RehearsalError('CONFIG', 'something is to be sent signed in, but no sign-in is configured')
    return await signIn(how, this.context(spot))
  }
}
