import type { Writable } from 'node:stream'
import type { CheckContext } from '../checks/check.ts'
import { signIn } from '../checks/sign-in.ts'
import { type Config, stackHome } from '../config/index.ts'
import { RehearsalError, toProblem } from '../errors.ts'
import type { FixtureContext, FixtureFacts } from '../fixtures/fixture.ts'
import type { Phase, Plan, Stage, Step } from '../plan/plan.ts'
import { checkKind, fixtureKind } from '../plan/planner.ts'
import { refuseSameImages } from '../releases/same-images.ts'
import type { ResolvedImage } from '../releases/release.ts'
import type { CommandPort } from '../shell/command.ts'
import type { Stack } from '../stack/stack.ts'
import { withDeadline } from './deadline.ts'
import { withLogTail } from './log-tail.ts'
import type { ContainerState, Journal } from './journal.ts'
import { pollUntil } from './poll.ts'
import { awaitReady } from './ready.ts'
import { templatesFor } from './templates.ts'
import { type Watch, watchStart } from './watch.ts'

/** What a run works with; everything that touches the world comes in here. */
export interface RunPorts {
  readonly config: Config
  readonly plan: Plan
  readonly stack: Stack
  readonly journal: Journal
  readonly shell: CommandPort
  /** Pulls once; what it gives is what every later step runs. */
  readonly pull: (references: readonly string[], signal: AbortSignal) => Promise<readonly ResolvedImage[]>
  /** Where the log of one container of a phase goes. */
  readonly openLog: (phase: string, container: ContainerState) => Writable
  /** What the user's own commands find in their environment. */
  readonly userEnvironment: (phase: Phase, version: string) => Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** Executes a plan step by step. Whatever happens is in the journal; nothing is thrown but a fault of our own. */
export class Runner {
  readonly #ports: RunPorts
  readonly #facts = new Map<number, FixtureFacts>()
  readonly #captured = new Map<string, string>()
  #images: readonly ResolvedImage[] = []
  #release = 0
  #signedIn: Readonly<Record<string, string>> | undefined
  #watch: Watch = watchStart()
  /** From `start` on, one deadline holds for all that leads to being ready. */
  #readyBy = 0
  #red = 0
  /** Folder for the logs of what runs now; empty while nothing runs that was not kept yet. */
  #logs = ''

  constructor(ports: RunPorts) {
    this.#ports = ports
  }

  async run(): Promise<void> {
    for (const stage of this.#ports.plan.stages) {
      const went = stage.order === 'together' ? await this.#together(stage) : await this.#inOrder(stage)
      // A red baseline proves nothing about the target: there the rehearsal ends.
      if (!went || (stage.phase === 'baseline' && this.#red > 0)) break
    }
  }

  async #inOrder(stage: Stage): Promise<boolean> {
    for (const step of stage.steps) if (!(await this.#step(step, stage, this.#ports.signal))) return false
    if (stage.steps.at(-1)?.do === 'check' || stage.phase === 'baseline') await this.#observe(stage.phase, 'end')
    return true
  }

  async #together(stage: Stage): Promise<boolean> {
    const others = new AbortController()
    const signal = AbortSignal.any([this.#ports.signal, others.signal])
    const went = await Promise.all(
      stage.steps.map(async (step) => {
        const done = await this.#step(step, stage, signal)
        if (!done) others.abort(new RehearsalError('CANCELLED', 'another step failed'))
        return done
      }),
    )
    return went.every(Boolean)
  }

  async #step(step: Step, stage: Stage, signal: AbortSignal): Promise<boolean> {
    const { journal } = this.#ports
    journal.write({ type: 'step-started', step: step.id })
    const startedAt = performance.now()
    const elapsed = () => Math.round(performance.now() - startedAt)
    const within = step.do === 'ready' ? Math.max(1, this.#readyBy - performance.now()) : step.withinMs
    try {
      const note = await withDeadline(within, signal, step.title, (inTime) => this.#do(step, stage, inTime))
      journal.write({ type: 'step-finished', step: step.id, ms: elapsed(), outcome: 'done', ...(note ? { note } : {}) })
      return true
    } catch (thrown) {
      // Ended because a step beside it failed: that one is the cause and stands in the journal.
      if (signal.aborted && !this.#ports.signal.aborted) return false
      const problem = await withLogTail(toProblem(thrown), this.#ports.stack)
      journal.write({ type: 'step-finished', step: step.id, ms: elapsed(), outcome: 'failed', problem })
      await this.#observe(stage.phase, 'failure')
      return false
    }
  }

  /** One step's meaning; gives a figure worth showing. */
  async #do(step: Step, stage: Stage, signal: AbortSignal): Promise<string | undefined> {
    const { stack, config } = this.#ports
    switch (step.do) {
      case 'pull':
        return await this.#pull(step.images, signal)
      case 'verify-fixture':
        return await this.#verify(step.fixture, signal)
      case 'open-stack':
        return void (await stack.open(signal))
      case 'create':
        this.#release = step.release
        return void (await stack.create(step.release, signal))
      case 'restore':
        return await this.#restore(step.fixture, stage, step, signal)
      case 'start':
        this.#logs = stage.phase === 'hop' ? `hop${stage.hop}` : stage.phase
        return void (await this.#start(signal))
      case 'ready': {
        const containers = await awaitReady({ config, context: this.#context(stage, step, signal), watch: this.#watch })
        this.#ports.journal.write({ type: 'containers', phase: stage.phase, moment: 'ready', containers })
        return `${containers.length} containers`
      }
      case 'prove':
        return await this.#prove(stage.phase, step.release)
      case 'sign-in':
        if (config['sign-in']) this.#signedIn = await signIn(config['sign-in'], this.#context(stage, step, signal))
        return undefined
      case 'check':
        return void (await this.#check(step.check, stage, step, signal))
      case 'stop':
        return await this.#stop(step.graceMs, signal)
      default:
        return step satisfies never
    }
  }

  async #pull(references: readonly string[], signal: AbortSignal): Promise<string> {
    this.#images = await this.#ports.pull(references, signal)
    refuseSameImages(this.#ports.plan, this.#images)
    const local = this.#images.filter((image) => image.source === 'local').length
    return local === 0 ? `${this.#images.length} images` : `${this.#images.length} images, ${local} of them only here`
  }

  #fixtureContext(signal: AbortSignal, step: Pick<Step, 'id'>, environment: Readonly<Record<string, string>>): FixtureContext {
    const { config, shell, journal } = this.#ports
    const onLine = (line: string) => journal.write({ type: 'step-output', step: step.id, line })
    return { folder: config.folder, signal, maxBytes: config.limits.fixture, onLine, shell, environment }
  }

  async #verify(index: number, signal: AbortSignal): Promise<string | undefined> {
    const fixture = this.#ports.config.fixtures[index] as Config['fixtures'][number]
    const facts = await fixtureKind(fixture).verify?.(fixture.options as never, this.#fixtureContext(signal, { id: '' }, {}))
    if (facts) this.#facts.set(index, facts)
    return facts?.note
  }

  async #restore(index: number, stage: Stage, step: Step, signal: AbortSignal): Promise<string | undefined> {
    this.#logs = stage.phase
    const fixture = this.#ports.config.fixtures[index] as Config['fixtures'][number]
    const environment = this.#ports.userEnvironment(stage.phase, this.#version())
    const context = { ...this.#fixtureContext(signal, step, environment), stack: this.#ports.stack }
    return await fixtureKind(fixture).restore?.(fixture.options as never, this.#facts.get(index) ?? {}, context)
  }

  /** The start itself can hang on a dependency that will never be ready: the watch ends it then. */
  async #start(signal: AbortSignal): Promise<void> {
    const { stack, config } = this.#ports
    this.#readyBy = performance.now() + config.ready.within
    this.#watch = watchStart()
    const ending = new AbortController()
    let failure: unknown
    let up = false
    const starting = stack.start(AbortSignal.any([signal, ending.signal])).then(
      () => {
        up = true
      },
      (cause) => {
        failure = cause
        up = true
      },
    )
    try {
      await pollUntil(async () => up, { signal, alive: async () => this.#watch(await stack.containers()), longestMs: 250 })
      // Compose says only that something failed: the containers may say what.
      if (failure) this.#watch(await stack.containers())
    } finally {
      ending.abort(new RehearsalError('CANCELLED', 'the start was given up'))
      await starting
    }
    if (failure) throw failure
  }

  async #prove(phase: Phase, release: number): Promise<string> {
    const { plan, stack, journal } = this.#ports
    const { images, version } = plan.releases[release] as Plan['releases'][number]
    const containers = await stack.containers()
    const services = images.map(({ service, reference }) => ({
      service,
      reference,
      expected: this.#images.find((image) => image.reference === reference)?.id ?? '',
      running: containers.find((container) => container.service === service)?.image ?? 'none',
    }))
    journal.write({ type: 'proof', phase, version, services })
    const wrong = services.find((service) => service.expected !== service.running)
    if (wrong) {
      throw new RehearsalError('WRONG_IMAGE', `${wrong.service} does not run ${wrong.reference}`, {
        where: wrong.service,
        expected: wrong.expected,
        actual: wrong.running,
      })
    }
    return `${services.length} services`
  }

  async #check(index: number, stage: Stage, step: Step, signal: AbortSignal): Promise<void> {
    const check = this.#ports.config.smoke[index] as Config['smoke'][number]
    const startedAt = performance.now()
    const context = this.#context(stage, step, signal)
    const observation = await checkKind(check).observe(check.options as never, context)
    if (observation.outcome !== 'passed') this.#red += 1
    const ms = Math.round(performance.now() - startedAt)
    const place = { phase: stage.phase, ...(stage.hop === undefined ? {} : { hop: stage.hop }) }
    this.#ports.journal.write({ type: 'check', step: step.id, check: this.#ports.plan.checks[index]?.id ?? '', ...place, ms, observation })
  }

  async #stop(graceMs: number, signal: AbortSignal): Promise<undefined> {
    const { stack, journal } = this.#ports
    await stack.stop(graceMs, signal)
    const killed = (await stack.containers()).filter((container) => container.status === 'exited' && container.exitCode === 137)
    for (const { service } of killed) {
      const message = `${service} did not stop within its grace period and was killed: what follows may be the kill's doing`
      journal.write({ type: 'warning', code: 'UNCLEAN_STOP', message, where: service })
    }
    // What ran until now is replaced next, and its log with it.
    await this.#saveLogs(signal)
  }

  /** Keeps the logs of whatever ran last; before anything is removed. */
  async saveLastLogs(signal: AbortSignal): Promise<void> {
    if (this.#logs) await this.#saveLogs(signal)
  }

  /** A log that can't be kept is said, not thrown. */
  async #saveLogs(signal: AbortSignal): Promise<void> {
    const { stack, openLog, journal } = this.#ports
    const phase = this.#logs
    this.#logs = ''
    await stack.saveLogs((container) => openLog(phase, container), signal).catch((cause) => {
      journal.write({ type: 'problem', problem: { ...toProblem(cause), code: 'EVIDENCE_LOST' } })
    })
  }

  async #observe(phase: Phase, moment: 'end' | 'failure'): Promise<void> {
    const containers = await this.#ports.stack.containers().catch(() => undefined)
    if (containers && containers.length > 0) this.#ports.journal.write({ type: 'containers', phase, moment, containers })
  }

  #version(): string {
    return (this.#ports.plan.releases[this.#release] as Plan['releases'][number]).version
  }

  #context(stage: Stage, step: Step, signal: AbortSignal): CheckContext {
    const { stack, config, shell, plan, journal, userEnvironment } = this.#ports
    const source = (plan.releases[0] as Plan['releases'][number]).version
    return {
      stack,
      signal,
      ...templatesFor({ source, current: this.#version(), captured: this.#captured }),
      capture: (name, value) => {
        if (stage.phase === 'baseline') this.#captured.set(name, value)
      },
      signedIn: this.#signedIn,
      home: stackHome(config.stack),
      folder: config.folder,
      shell,
      onLine: (line) => journal.write({ type: 'step-output', step: step.id, line }),
      environment: userEnvironment(stage.phase, this.#version()),
    }
  }
}
