import { RehearsalError } from '../errors.ts'
import { volumeKey } from '../fixtures/volume.ts'
import { betweenChecks, newOrigins } from '../plan/kinds.ts'
import type { Stage, Step } from '../plan/plan.ts'
import { refuseSameImages } from '../releases/same-images.ts'
import { runCommand } from './command-step.ts'
import type { Evidence } from './evidence.ts'
import { makeExport } from './export-step.ts'
import { FixtureSteps } from './fixture-steps.ts'
import { observeEventually } from './observe.ts'
import type { RunPorts } from './ports.ts'
import { proveImages } from './prove.ts'
import { awaitReady, eachContainer } from './ready.ts'
import { count, Scene, type Spot } from './scene.ts'
import { startWatched } from './start.ts'

type StepOf<Name extends Step['do']> = Extract<Step, { do: Name }>

/** What each kind of step means. */
export class Steps {
  readonly #scene: Scene
  readonly #fixtures: FixtureSteps
  #red = 0

  constructor(ports: RunPorts, evidence: Evidence) {
    this.#scene = new Scene(ports, evidence)
    this.#fixtures = new FixtureSteps(this.#scene)
  }

  /** Checks that did not pass so far. */
  get red(): number {
    return this.#red
  }

  /** Milliseconds that this step may take. */
  within(step: Step): number {
    return step.do === 'ready' ? Math.max(1, this.#scene.readyBy - performance.now()) : step.withinMs
  }

  /** Does one step; gives a figure worth showing beside its time. Throws what ends the rehearsal. */
  async do(step: Step, stage: Stage, signal: AbortSignal): Promise<string | undefined> {
    const scene = this.#scene
    const { stack, config, journal } = scene.ports
    const spot: Spot = { step, stage, signal }
    switch (step.do) {
      case 'pull':
        return await this.#pull(step.images, signal)
      case 'verify-fixture':
        return await this.#fixtures.verify(step.fixture, spot)
      case 'open-stack':
        return void (await stack.open(signal))
      case 'create':
        scene.release = step.release
        return void (await stack.create(step.release, signal))
      case 'restore':
        await scene.begin(spot)
        scene.startsContainers()
        return await this.#fixtures.restore(step.fixture, spot)
      case 'start':
        await scene.begin(spot)
        scene.beginStart()
        scene.stopped.clear()
        return void (await startWatched(stack, scene.watch, (inTime) => stack.start(inTime), signal))
      case 'up':
        return void (await this.#up(step, spot))
      case 'ready': {
        const inTurn = scene.replaced !== undefined
        const containers = await awaitReady({
          config,
          context: inTurn ? scene.contextBetween(spot) : scene.context(spot),
          watch: scene.watch,
          left: scene.stopped,
          alsoAsked: scene.replaced
            ? eachContainer(newOrigins(config, scene.replaced.service), scene.replaced.count)
            : [],
        })
        scene.replaced = undefined
        journal.write({ type: 'containers', phase: stage.phase, moment: 'ready', containers })
        return count(containers.length, 'container')
      }
      case 'prove':
        return count(await proveImages(scene.ports, scene.images, stage.phase, step.release), 'service')
      case 'sign-in':
        scene.signedIn = await scene.signIn(spot)
        return undefined
      case 'check':
        return void (await this.#check(step, spot))
      case 'stop':
        return void (await this.#stop(step, spot))
      case 'down':
        // Kept first: with the containers their logs go.
        await stack.stop(step.graceMs, signal)
        await scene.evidence.keepLogs(signal)
        return void (await stack.down(step.graceMs, signal))
      case 'command':
        await scene.begin(spot)
        return await runCommand(scene, step, spot)
      case 'export':
        return await makeExport(scene, step.how, spot)
      case 'empty':
        for (const volume of step.volumes) await stack.emptyVolume(volumeKey(volume, config.folder), signal)
        return undefined
      case 'move':
        return void (await stack.moveInVolume(volumeKey(step.volume, config.folder), step.from, step.to, signal))
      case 'replace':
        return void (await this.#replace(step, spot))
      default:
        return step satisfies never
    }
  }

  async #pull(references: readonly string[], signal: AbortSignal): Promise<string> {
    const scene = this.#scene
    scene.images = await scene.ports.pull(references, signal)
    refuseSameImages(scene.ports.plan, scene.images)
    const local = scene.images.filter((image) => image.source === 'local').length
    return count(scene.images.length, 'image') + (local === 0 ? '' : `, ${local} of them only here`)
  }

  async #up(step: StepOf<'up'>, spot: Spot): Promise<void> {
    const scene = this.#scene
    const { stack } = scene.ports
    if (step.alone) {
      const others = (await stack.containers()).filter((one) => one.status === 'running')
      const stopped = [...new Set(others.map(({ service }) => service))].filter((name) => !step.services.includes(name))
      if (stopped.length > 0) await stack.stop(step.graceMs ?? 0, spot.signal, stopped)
    }
    await scene.begin(spot)
    scene.beginStart()
    for (const service of step.services) scene.stopped.delete(service)
    const starting = (inTime: AbortSignal) => stack.startServices(step.services, inTime)
    await startWatched(stack, scene.watch, starting, spot.signal, step.services)
  }

  async #check(step: StepOf<'check'>, spot: Spot): Promise<void> {
    const scene = this.#scene
    const { config, plan, journal, signal } = scene.ports
    const isBetween = step.set === 'between'
    const check = (isBetween ? betweenChecks(config) : config.smoke)[step.check]
    if (!check) throw new RehearsalError('INTERNAL', `no check ${step.check}`)
    const context = isBetween ? scene.contextBetween(spot) : scene.context(spot)
    const startedAt = performance.now()
    const observation = await observeEventually(check, context)
    // What was cut off by the end of the whole run says nothing about the release.
    signal.throwIfAborted()
    if (observation.outcome !== 'passed') this.#red += 1
    const ms = Math.round(performance.now() - startedAt)
    const { phase, hop } = spot.stage
    const id = isBetween ? step.title : (plan.checks[step.check]?.id ?? '')
    const place = { phase, ...(hop === undefined ? {} : { hop }) }
    journal.write({ type: 'check', step: step.id, check: id, ...place, ms, observation })
  }

  async #stop(step: StepOf<'stop'>, spot: Spot): Promise<void> {
    const scene = this.#scene
    const { stack, journal } = scene.ports
    const before = await stack.containers()
    await stack.stop(step.graceMs, spot.signal, step.services)
    const after = await stack.containers()
    for (const { service } of step.services ? step.services.map((service) => ({ service })) : after)
      scene.stopped.add(service)
    const ran = new Set(before.filter(({ status }) => status === 'running').map(({ container }) => container))
    const killed = after.filter((one) => ran.has(one.container) && one.status === 'exited' && one.exitCode === 137)
    for (const { service } of killed) {
      const message = `${service} did not stop within its grace period and was killed: what follows may be the kill's doing`
      journal.write({ type: 'warning', code: 'UNCLEAN_STOP', message, where: service })
    }
    // What ran until now is replaced next, and its log with it.
    await scene.evidence.keepLogs(spot.signal)
    if (step.services) await scene.begin(spot)
  }

  async #replace(step: StepOf<'replace'>, spot: Spot): Promise<void> {
    const scene = this.#scene
    await scene.evidence.keepLogs(spot.signal)
    await scene.begin(spot)
    scene.beginStart()
    scene.replaced = { service: step.service, count: step.turn }
    await scene.ports.stack.replaceOne(step.service, step.turn, spot.signal)
  }
}
