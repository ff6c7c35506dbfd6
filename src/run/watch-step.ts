import type { Step } from '../plan/plan.ts'
import { showMs } from './deadline.ts'
import { pollUntil } from './poll.ts'
import type { Scene, Spot } from './scene.ts'
import { isFirstTry } from './stage-names.ts'
import { watchSteady } from './watch.ts'

/** A look on while nothing is asked of the target: an application may die of what it does by itself. */
export class Watching {
  /** Whether what was watched first came to harm. */
  #fell = false

  /** Looks on for what is left of the time since all was ready; from then on nothing may exit or restart. `red`: checks that failed. */
  async on(scene: Scene, step: Extract<Step, { do: 'watch' }>, { stage, signal }: Spot, red: number): Promise<string> {
    const isFirst = isFirstTry(stage)
    if (red > 0) return 'left out: it has failed already'
    // Made once more for the sake of something else.
    if (!isFirst && !this.#fell) return 'left out: nothing happened the first time'
    const { since, containers } = scene.ready
    const watch = watchSteady(containers)
    const alive = async () => {
      const all = await scene.ports.stack.containers()
      watch(all.filter(({ service }) => !scene.stopped.has(service)))
    }
    const until = since + step.forMs
    try {
      await pollUntil(async () => performance.now() >= until, { signal, alive, firstMs: 200, longestMs: 200 })
    } catch (cause) {
      this.#fell ||= isFirst
      throw cause
    }
    return `nothing exited or restarted in ${showMs(step.forMs)}`
  }
}
