import type { Entry } from './journal.ts'
import type { Memory } from './memory.ts'

/** What one rehearsal saw, and others need not see again. */
export interface Found {
  readonly path: string
  readonly runId: string
  readonly reportDir: string
  /** The release that its path leads to. */
  readonly target: string
  readonly entries: readonly Entry[]
}

/** The same of stages, with the keys of those that were made. */
export interface FoundStages extends Found {
  readonly made: readonly string[]
}

/** A state that several paths have in common: what the same first hops left, with all that was seen until then. */
export interface Branch extends Found {
  /** Of all that it depends on: the same stages, releases and images. */
  readonly key: string
  readonly memory: Memory
}

/**
 * What the paths of one command share, so that each hop from the same state is made once. The volumes of a state lie in
 * the folder, its evidence is here.
 */
export class Trunk {
  readonly folder: string
  readonly #branches = new Map<string, Branch>()
  readonly #stages = new Map<string, FoundStages>()
  readonly #settled = new Map<string, PromiseWithResolvers<void>>()

  readonly #onWait: (waiting: 1 | -1) => void

  /** `onWait` is told when a path that is at work begins to wait for another one, and when it goes on. */
  constructor(folder: string, onWait: (waiting: 1 | -1) => void = () => undefined) {
    this.folder = folder
    this.#onWait = onWait
  }

  has(key: string): boolean {
    return this.#branches.has(key)
  }

  find(key: string, target: string): Branch | undefined {
    return fitting(this.#branches.get(key), target)
  }

  grow(branch: Branch): void {
    this.#branches.set(branch.key, branch)
  }

  stages(key: string, target: string): FoundStages | undefined {
    return fitting(this.#stages.get(key), target)
  }

  growStages(key: string, found: FoundStages): void {
    this.#stages.set(key, found)
  }

  /** Whoever waits for the state that a path's first releases leave need not wait any longer: it is there, or nobody makes it. */
  settle(prefix: string): void {
    this.#settled.get(prefix)?.resolve()
  }

  /** Says who makes a state; false where somebody does already. */
  claim(prefix: string): boolean {
    if (this.#settled.has(prefix)) return false
    this.#settled.set(prefix, Promise.withResolvers())
    return true
  }

  async settled(prefix: string): Promise<void> {
    await this.#settled.get(prefix)?.promise
  }

  /** The same for a path that is at work: meanwhile another one may be. */
  async pause(prefix: string): Promise<void> {
    this.#onWait(1)
    await this.settled(prefix).finally(() => this.#onWait(-1))
  }
}

/** For another target, a program of the user's might have done something else. */
function fitting<One extends Found>(found: One | undefined, target: string): One | undefined {
  const isOfTarget = found?.entries.some(({ type }) => type === 'program')
  return isOfTarget && found?.target !== target ? undefined : found
}
