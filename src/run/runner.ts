import { RehearsalError, toProblem } from '../errors.ts'
import type { Stage, Step } from '../plan/plan.ts'
import { withDeadline } from './deadline.ts'
import { Evidence } from './evidence.ts'
import { groups } from './groups.ts'
import { withLogTail } from './log-tail.ts'
import type { RunPorts } from './ports.ts'
import { Steps } from './steps.ts'

/** Executes a plan step by step. Whatever happens is in the journal; nothing is thrown but a fault of our own. */
export class Runner {
  readonly #ports: RunPorts
  readonly #evidence: Evidence
  readonly #steps: Steps
  /** Keys of the stages that came to what they are for. */
  readonly #reached = new Set<string>()
  /** True once the upgrade came to its end. */
  #ended = false

  constructor(ports: RunPorts) {
    this.#ports = ports
    this.#evidence = new Evidence(ports)
    this.#steps = new Steps(ports, this.#evidence)
  }

  async run(): Promise<void> {
    await this.#upgrade()
    // After an upgrade that failed too, once it has done anything at all.
    if (this.#steps.upgraded) this.#reached.add('target')
    // What the upgrade left is frozen before anything else takes its place.
    const [first, ...others] = this.#ports.plan.back
    const keeps = first?.key === 'upgraded' ? [first] : []
    await this.#waysBack(keeps)
    await this.#capture()
    await this.#secondTries()
    await this.#waysBack(keeps.length > 0 ? others : this.#ports.plan.back)
    await this.#freshInstall()
  }

  async #upgrade(): Promise<void> {
    const { stages } = this.#ports.plan
    for (const [index, stage] of stages.entries()) {
      // Another path has done it.
      if (stage.phase !== 'prepare' && index < this.#steps.next) {
        if (stage.key !== undefined) this.#reached.add(stage.key)
        continue
      }
      // A target that is red has nothing to prove by starting once more.
      if (stage.secondStart && this.#steps.red > 0) return
      const went = stage.order === 'together' ? await this.#together(stage) : await this.#inOrder(stage)
      if (!went) return
      if (stage.key !== undefined) this.#reached.add(stage.key)
      const next = stages[index + 1]
      const endsPhase = next?.phase !== stage.phase || next.secondStart === true
      if (endsPhase && stage.phase !== 'prepare') await this.#evidence.keepStates(stage, 'end')
      // A red baseline proves nothing about the target: there the rehearsal ends.
      if (stage.phase === 'baseline' && this.#steps.red > 0) return
    }
    this.#ended = true
  }

  /** Of a target that came to its end and is green so far; what fails here is none of the upgrade's failures. */
  async #capture(): Promise<void> {
    if (!this.#ended || this.#steps.red > 0) return
    for (const stage of this.#ports.plan.capture ?? []) {
      if (this.#ports.signal.aborted || !(await this.#inOrder(stage))) return
    }
  }

  /** Each from a fork of its own: what one of them leaves or breaks is no concern of the next. */
  async #waysBack(stages: readonly Stage[]): Promise<void> {
    for (const way of groups(stages, ({ steps }) => steps[0]?.do === 'fork')) {
      if (this.#reached.has(way[0]?.after ?? '')) await this.#once(way, () => this.#wayBack(way))
    }
  }

  async #wayBack(stages: readonly Stage[]): Promise<void> {
    for (const stage of stages) {
      if (this.#ports.signal.aborted) return
      if (!this.#reached.has(stage.after ?? '')) continue
      const red = this.#steps.red
      const went = await this.#inOrder(stage)
      if (went && stage.way !== undefined) await this.#evidence.keepStates(stage, 'end')
      // A check that fails is news only of what is made to fail.
      const reached = stage.failing ? !went || this.#steps.red > red : went
      if (reached) this.#reached.add(stage.key ?? '')
    }
  }

  /** What is needed to tell the upgrade's faults from all else; nothing where there is nothing to explain. */
  async #secondTries(): Promise<void> {
    if (!this.#steps.upgraded || !this.#reached.has('baseline')) return
    for (const tries of groups(this.#ports.plan.doubts, ({ secondStart }) => !secondStart)) {
      if (this.#isNeeded(tries[0] as Stage)) await this.#once(tries, () => this.#secondTry(tries))
    }
  }

  async #secondTry(stages: readonly Stage[]): Promise<void> {
    let isGreen = false
    for (const stage of stages) {
      if (this.#ports.signal.aborted) return
      if (!this.#isNeeded(stage) || (stage.secondStart && !isGreen)) continue
      const red = this.#steps.red
      const went = await this.#inOrder(stage)
      isGreen = went && this.#steps.red === red
      // What a second start has stopped and not started again has not ended by itself.
      if (stage.phase !== 'look' && (went || !stage.secondStart)) await this.#evidence.keepStates(stage, 'end')
    }
  }

  /** What has nothing to do with the target is done once for all paths from this baseline. */
  async #once(stages: readonly Stage[], perform: () => Promise<void>): Promise<void> {
    const { signal, journal } = this.#ports
    if (signal.aborted) return
    const shared = this.#steps.sharedStages(stages)
    if (!shared) return await perform()
    try {
      const made = await shared.take()
      for (const key of made ?? []) this.#reached.add(key)
      const left = stages.filter(({ key = '' }) => !made?.includes(key))
      // A second start that the other path had no need of goes on from what only that one has.
      if (made && !left.some((stage) => this.#isNeeded(stage))) return
      const begun = journal.entries.length
      await perform()
      if (signal.aborted) return
      await this.#evidence.keepLogs(signal)
      // Rows that are still to be compared are known to this path alone.
      if (!this.#steps.differs('control')) shared.keep(begun)
    } finally {
      shared.settle()
    }
  }

  /** After everything else: it takes the place of whatever there is. */
  async #freshInstall(): Promise<void> {
    for (const stage of this.#ports.plan.fresh) {
      if (!this.#ports.signal.aborted && this.#steps.hasSchema) await this.#inOrder(stage)
    }
  }

  #isNeeded({ only }: Stage): boolean {
    if (only === 'target' || only === 'confirm' || only === 'control') return this.#steps.differs(only)
    const { failed, changed, doubtful } = this.#ports.doubts()
    return only === 'failed' ? failed || changed : failed || doubtful
  }

  /** Keeps the logs of whatever ran last; before anything is removed. */
  async keepLastLogs(signal: AbortSignal): Promise<void> {
    await this.#evidence.keepLogs(signal)
  }

  async #inOrder(stage: Stage): Promise<boolean> {
    for (const step of stage.steps) if (!(await this.#step(step, stage, this.#ports.signal))) return false
    return true
  }

  async #together(stage: Stage): Promise<boolean> {
    const others = new AbortController()
    const signal = AbortSignal.any([this.#ports.signal, others.signal])
    const went = await Promise.all(
      stage.steps.map(async (step) => {
        const done = await this.#step(step, stage, signal)
        if (!done) others.abort(new RehearsalError('CANCELLED', 'a step beside it failed'))
        return done
      }),
    )
    return went.every(Boolean)
  }

  async #step(step: Step, stage: Stage, signal: AbortSignal): Promise<boolean> {
    const { journal } = this.#ports
    const startedAt = performance.now()
    const elapsed = () => Math.round(performance.now() - startedAt)
    journal.write({ type: 'step-started', step: step.id })
    try {
      const note = await withDeadline(this.#steps.within(step), signal, step.title, (inTime) =>
        this.#steps.do(step, stage, inTime),
      )
      journal.write({ type: 'step-finished', step: step.id, ms: elapsed(), outcome: 'done', ...(note ? { note } : {}) })
      return true
    } catch (thrown) {
      // Ended because a step beside it failed: that one is the cause and stands in the journal.
      if (signal.aborted && !this.#ports.signal.aborted) return false
      // Cut off with the whole run, a step may have any failure to tell: it is the end's doing.
      const cause = this.#ports.signal.aborted ? this.#ports.signal.reason : thrown
      const problem = await withLogTail(toProblem(cause), this.#ports.stack)
      journal.write({ type: 'step-finished', step: step.id, ms: elapsed(), outcome: 'failed', problem })
      if (stage.phase !== 'prepare') await this.#evidence.keepStates(stage, 'failure')
      return false
    }
  }
}
