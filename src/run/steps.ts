import { plural } from '../fields/index.ts'
import { volumeKey } from '../fixtures/volume-key.ts'
import type { Side, Stage, Step } from '../plan/plan.ts'
import { loadFromCache, saveToCache } from './cache-steps.ts'
import { captureFixture } from './capture-step.ts'
import { makeCheck } from './check-step.ts'
import { fork, freeze, startAfresh } from './checkpoint-steps.ts'
import { runCommand } from './command-step.ts'
import { countRows } from './count-step.ts'
import type { Evidence } from './evidence.ts'
import { makeExport } from './export-step.ts'
import { Prints } from './fingerprint-step.ts'
import { FixtureSteps } from './fixture-steps.ts'
import { interrupt } from './interrupt-step.ts'
import { Measures } from './measure-step.ts'
import type { Memory } from './memory.ts'
import type { RunPorts } from './ports.ts'
import { proveImages } from './prove.ts'
import { pullImages } from './pull-step.ts'
import { becomeReady } from './ready-step.ts'
import { Scene, type Spot } from './scene.ts'
import { compareSchemas } from './schema-step.ts'
import { replaceOne, startSome, stopSome } from './service-steps.ts'
import { type SharedStages, sharedStages } from './shared-stages.ts'
import { keepShared, takeShared } from './shared-steps.ts'
import { isFirstTry } from './stage-names.ts'
import { startWatched } from './start.ts'
import { Watching } from './watch-step.ts'

/** What each kind of step means. */
export class Steps {
  readonly #scene: Scene
  readonly #fixtures: FixtureSteps
  readonly #prints = new Prints()
  readonly #measures = new Measures()
  readonly #watching = new Watching()
  #red = 0
  #next = 0

  constructor(ports: RunPorts, evidence: Evidence) {
    this.#scene = new Scene(ports, evidence)
    this.#fixtures = new FixtureSteps(this.#scene)
  }

  /** Checks that did not pass so far. */
  get red(): number {
    return this.#red + this.#measures.red
  }

  /** True once anything of a later release than the source was started. */
  get upgraded(): boolean {
    return this.#scene.upgraded
  }

  /** Whether large tables of a side are still to be compared with those of the baseline. */
  differs(side: Side): boolean {
    return this.#prints.isPending(side)
  }

  /** Whether there is a schema that a fresh install could be compared with. */
  get hasSchema(): boolean {
    return this.#prints.upgraded.size > 0
  }

  /** Place of the stage to go on with; all before it was done by another path. */
  get next(): number {
    return this.#next
  }

  /** Stages that another path may have done for this one; undefined where they are its own business. */
  sharedStages(stages: readonly Stage[]): SharedStages | undefined {
    return sharedStages(this.#scene, stages)
  }

  /** Milliseconds that this step may take. */
  within(step: Step): number {
    return step.do === 'ready' ? Math.max(1, this.#scene.readyBy - performance.now()) : step.withinMs
  }

  /** Does one step; gives a figure worth showing beside its time. Throws what ends the rehearsal. */
  async do(step: Step, stage: Stage, signal: AbortSignal): Promise<string | undefined> {
    const scene = this.#scene
    const { stack, config } = scene.ports
    const spot: Spot = { step, stage, signal }
    if (step.unless === 'cached' && scene.cached) return 'left out: the cache had it'
    switch (step.do) {
      case 'pull':
        return await pullImages(scene, step.images, signal)
      case 'verify-fixture':
        return await this.#fixtures.verify(step.fixture, spot)
      case 'open-stack':
        return void (await stack.open(signal))
      case 'create':
        scene.release = step.release
        return void (await stack.create(step.release, signal, step.altered))
      case 'restore':
        await scene.begin(spot)
        scene.startsContainers()
        return await this.#timed(step, spot, () => this.#fixtures.restore(step.fixture, spot))
      case 'capture':
        return await captureFixture(scene, this.#fixtures, step, spot)
      case 'start':
        await scene.begin(spot)
        scene.beginStart()
        scene.stopped.clear()
        return void (await startWatched(stack, scene.watch, (inTime) => stack.start(inTime), signal))
      case 'up':
        return void (await startSome(scene, step, spot))
      case 'ready':
        return await becomeReady(scene, spot)
      case 'watch':
        return await this.#watching.on(scene, step, spot, this.red)
      case 'prove':
        return plural(await proveImages(scene.ports, scene.images, stage.phase, step.release), 'service')
      case 'sign-in':
        scene.signedIn = await scene.signIn(spot)
        return undefined
      case 'check':
        if (!(await makeCheck(scene, step, spot))) this.#red += 1
        return undefined
      case 'measure':
        return await this.#measures.take(scene, step, spot)
      case 'stop':
        return void (await stopSome(scene, step, spot))
      case 'down':
        scene.evidence.during('stopping')
        // Kept first: with the containers their logs go.
        await stack.stop(step.graceMs, signal)
        await scene.evidence.keepLogs(signal)
        return void (await stack.down(step.graceMs, signal))
      case 'command':
        await scene.begin(spot)
        return await this.#timed(step, spot, () => runCommand(scene, step, spot))
      case 'export':
        return await makeExport(scene, step, spot)
      case 'checkpoint':
        return await freeze(scene, step, spot)
      case 'fork':
        return await fork(scene, step, spot)
      case 'fresh':
        return void (await startAfresh(scene, step, spot))
      case 'load-cache':
        return await loadFromCache(scene, spot)
      case 'save-cache':
        return await saveToCache(scene, spot)
      case 'take-shared':
        return await this.#takeOver(spot)
      case 'keep-shared':
        return await keepShared(scene, step, spot, () => this.#remember())
      case 'count':
        return await countRows(scene, step, spot)
      case 'fingerprint':
        return await this.#prints.take(scene, step, spot)
      case 'compare-schema':
        return await compareSchemas(this.#prints, scene, step, spot)
      case 'look':
        return await this.#prints.look(scene, step, spot)
      case 'interrupt': {
        const { id, title, withinMs } = step
        const inner = { ...step.step, id, title, withinMs }
        return await interrupt(scene, step, spot, (inTime) => this.do(inner, stage, inTime))
      }
      case 'empty':
        for (const volume of step.volumes) await stack.emptyVolume(volumeKey(volume, config.folder), signal)
        return undefined
      case 'move':
        return void (await stack.moveInVolume(volumeKey(step.volume, config.folder), step.from, step.to, signal))
      case 'replace':
        return void (await replaceOne(scene, step, spot))
      default:
        return step satisfies never
    }
  }

  /** What the procedure takes for a step tells when to interrupt it. */
  async #timed<Result>(step: Step, { stage }: Spot, work: () => Promise<Result>): Promise<Result> {
    const startedAt = performance.now()
    try {
      return await work()
    } finally {
      if (isFirstTry(stage)) this.#scene.durations.keep(step, performance.now() - startedAt)
    }
  }

  async #takeOver(spot: Spot): Promise<string> {
    const taken = await takeShared(this.#scene, spot)
    if (!taken) return 'nothing yet: this path makes it'
    const { branch, next } = taken
    this.#prints.recall(branch.memory.prints)
    this.#measures.recall(branch.memory.measures)
    this.#next = next
    return `from ${branch.path}, up to ${this.#scene.version}`
  }

  #remember(): Memory {
    return { scene: this.#scene.remember(), prints: this.#prints.remember(), measures: this.#measures.remember() }
  }
}
