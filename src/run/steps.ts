import type { CheckContext } from '../checks/check.ts'
import { signIn } from '../checks/sign-in.ts'
import { type Config, stackHome } from '../config/index.ts'
import type { FixtureContext, FixtureFacts } from '../fixtures/fixture.ts'
import { checkKind, fixtureKind } from '../plan/kinds.ts'
import type { Plan, Stage, Step } from '../plan/plan.ts'
import type { ResolvedImage } from '../releases/release.ts'
import { refuseSameImages } from '../releases/same-images.ts'
import type { Evidence } from './evidence.ts'
import type { RunPorts } from './ports.ts'
import { proveImages } from './prove.ts'
import { awaitReady } from './ready.ts'
import { startWatched } from './start.ts'
import { templatesFor } from './templates.ts'
import { type Watch, watchStart } from './watch.ts'

/** What each kind of step means, and what one step leaves for the next. */
export class Steps {
  readonly #ports: RunPorts
  readonly #evidence: Evidence
  readonly #facts = new Map<number, FixtureFacts>()
  readonly #captured = new Map<string, string>()
  #images: readonly ResolvedImage[] = []
  #release = 0
  #signedIn: Readonly<Record<string, string>> | undefined
  #watch: Watch = watchStart()
  /** From `start` on, one deadline holds for all that leads to being ready. */
  #readyBy = 0
  #red = 0

  constructor(ports: RunPorts, evidence: Evidence) {
    this.#ports = ports
    this.#evidence = evidence
  }

  /** Checks that did not pass so far. */
  get red(): number {
    return this.#red
  }

  /** Milliseconds that this step may take. */
  within(step: Step): number {
    return step.do === 'ready' ? Math.max(1, this.#readyBy - performance.now()) : step.withinMs
  }

  /** Does one step; gives a figure worth showing beside its time. Throws what ends the rehearsal. */
  async do(step: Step, stage: Stage, signal: AbortSignal): Promise<string | undefined> {
    const { stack, config } = this.#ports
    switch (step.do) {
      case 'pull':
        return await this.#pull(step.images, signal)
      case 'verify-fixture':
        return await this.#verify(step, stage, signal)
      case 'open-stack':
        return void (await stack.open(signal))
      case 'create':
        this.#release = step.release
        return void (await stack.create(step.release, signal))
      case 'restore':
        this.#evidence.begin(stage.phase)
        return await this.#restore(step, stage, signal)
      case 'start':
        this.#evidence.begin(stage.phase === 'hop' ? `hop${stage.hop}` : stage.phase)
        this.#readyBy = performance.now() + config.ready.within
        this.#watch = watchStart()
        return void (await startWatched(stack, this.#watch, signal))
      case 'ready': {
        const containers = await awaitReady({ config, context: this.#context(stage, step, signal), watch: this.#watch })
        this.#ports.journal.write({ type: 'containers', phase: stage.phase, moment: 'ready', containers })
        return count(containers.length, 'container')
      }
      case 'prove':
        return count(await proveImages(this.#ports, this.#images, stage.phase, step.release), 'service')
      case 'sign-in':
        if (config['sign-in']) this.#signedIn = await signIn(config['sign-in'], this.#context(stage, step, signal))
        return undefined
      case 'check':
        return void (await this.#check(step.check, stage, step, signal))
      case 'stop':
        return void (await this.#stop(step.graceMs, signal))
      default:
        return step satisfies never
    }
  }

  async #pull(references: readonly string[], signal: AbortSignal): Promise<string> {
    this.#images = await this.#ports.pull(references, signal)
    refuseSameImages(this.#ports.plan, this.#images)
    const local = this.#images.filter((image) => image.source === 'local').length
    return count(this.#images.length, 'image') + (local === 0 ? '' : `, ${local} of them only here`)
  }

  #fixture(index: number) {
    const fixture = this.#ports.config.fixtures[index] as Config['fixtures'][number]
    return { kind: fixtureKind(fixture), options: fixture.options as never }
  }

  #fixtureContext(step: Step, stage: Stage, signal: AbortSignal): FixtureContext {
    const { config, shell, userEnvironment } = this.#ports
    const environment = () => userEnvironment(stage.phase, this.#version())
    return {
      folder: config.folder,
      signal,
      maxBytes: config.limits.fixture,
      onLine: this.#tell(step),
      shell,
      environment,
    }
  }

  async #verify(step: Step & { do: 'verify-fixture' }, stage: Stage, signal: AbortSignal): Promise<string | undefined> {
    const { kind, options } = this.#fixture(step.fixture)
    const facts = await kind.verify?.(options, this.#fixtureContext(step, stage, signal))
    if (facts) this.#facts.set(step.fixture, facts)
    return facts?.note
  }

  async #restore(step: Step & { do: 'restore' }, stage: Stage, signal: AbortSignal): Promise<string | undefined> {
    const { kind, options } = this.#fixture(step.fixture)
    const context = { ...this.#fixtureContext(step, stage, signal), stack: this.#ports.stack }
    return await kind.restore?.(options, this.#facts.get(step.fixture) ?? {}, context)
  }

  async #check(index: number, stage: Stage, step: Step, signal: AbortSignal): Promise<void> {
    const { config, plan, journal } = this.#ports
    const check = config.smoke[index] as Config['smoke'][number]
    const startedAt = performance.now()
    const observation = await checkKind(check).observe(check.options as never, this.#context(stage, step, signal))
    // What was cut off by the end of the whole run says nothing about the release.
    this.#ports.signal.throwIfAborted()
    if (observation.outcome !== 'passed') this.#red += 1
    const ms = Math.round(performance.now() - startedAt)
    const place = { phase: stage.phase, ...(stage.hop === undefined ? {} : { hop: stage.hop }) }
    journal.write({ type: 'check', step: step.id, check: plan.checks[index]?.id ?? '', ...place, ms, observation })
  }

  async #stop(graceMs: number, signal: AbortSignal): Promise<void> {
    const { stack, journal } = this.#ports
    await stack.stop(graceMs, signal)
    const killed = (await stack.containers()).filter(
      (container) => container.status === 'exited' && container.exitCode === 137,
    )
    for (const { service } of killed) {
      const message = `${service} did not stop within its grace period and was killed: what follows may be the kill's doing`
      journal.write({ type: 'warning', code: 'UNCLEAN_STOP', message, where: service })
    }
    // What ran until now is replaced next, and its log with it.
    await this.#evidence.keepLogs(signal)
  }

  #tell(step: Step): (line: string) => void {
    return (line) => this.#ports.journal.write({ type: 'step-output', step: step.id, line })
  }

  #version(): string {
    return (this.#ports.plan.releases[this.#release] as Plan['releases'][number]).version
  }

  #context(stage: Stage, step: Step, signal: AbortSignal): CheckContext {
    const { stack, config, shell, plan, userEnvironment } = this.#ports
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
      onLine: this.#tell(step),
      environment: userEnvironment(stage.phase, this.#version()),
    }
  }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
