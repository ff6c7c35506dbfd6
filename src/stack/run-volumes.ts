import { asking, type Engine } from './engine.ts'
import type { Held, Mount } from './held-volume.ts'
import { runLabels } from './labels.ts'

/** The volumes that a run has made, each with the run's label. */
export class RunVolumes {
  readonly #engine: Engine
  readonly #runId: string
  readonly #made = new Set<string>()

  constructor(engine: Engine, runId: string) {
    this.#engine = engine
    this.#runId = runId
  }

  /** Gives its folder on the engine's machine; where `options` say how it is mounted, that is where it will be. */
  async create(name: string, signal: AbortSignal, options?: Readonly<Record<string, string>>): Promise<string> {
    const { api } = this.#engine
    signal.throwIfAborted()
    this.#made.add(name)
    const driver = options ? { Driver: 'local', DriverOpts: { ...options } } : {}
    await asking(() => api.createVolume({ Name: name, Labels: runLabels(this.#runId), ...driver }))
    return (await asking(() => api.getVolume(name).inspect())).Mountpoint
  }

  /** An empty one. */
  async plain(name: string, signal: AbortSignal, mounts?: readonly Mount[]): Promise<Held> {
    const path = await this.create(name, signal)
    return { volume: name, layers: [{ volume: name, place: '', path }], ...(mounts ? { mounts } : {}) }
  }

  async removeExcept(kept: ReadonlySet<string>): Promise<void> {
    const removed = [...this.#made].filter((name) => !kept.has(name))
    for (const name of removed) this.#made.delete(name)
    const remove = (name: string) => this.#engine.api.getVolume(name).remove()
    // What is in use for another moment goes with the run.
    await Promise.all(removed.map((name) => asking(() => remove(name)).catch(() => undefined)))
  }
}
