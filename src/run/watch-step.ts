import type { Step } from '../plan/plan.ts'
import { showMs } from './deadline.ts'
import type { Scene, Spot } from './scene.ts'
import { isFirstTry } from './stage-names.ts'
import { staySteady } from './steady.ts'

/** A look on while nothing is asked of the target: an application may die of what it does by itself. */
export class Watching {
  /** Whether what was watched first came to harm. */
  #fell = false

  /** Looks on for what is left of the time since all was ready; from then on nothing may exit or restart. `red`: checks that failed. */
  async on(scene: Scene, step: Extract<Step, { do: 'watch' }>, { stage, signal }: Spot, red: number): Promise<string> {
    const isFirst = isFirstTry(stage)
    // The control tells other paths too that the source stays up, whatever it was made for here.
    if (stage.phase !== 'control') {
      if (red > 0) return 'left out: it has failed already'
      // Made once more for the sake of something else.
      if (!isFirst && !this.#fell) return 'left out: nothing happened the first time'
    }
    const { since, containers } = scene.ready
    const look = async () => (await scene.ports.stack.containers()).filter(({ service }) => !scene.stopped.has(service))
    try {
      await staySteady(containers, look, since + step.forMs, signal)
    } catch (cause) {
      this.#fell ||= isFirst
      throw cause
    }
    return `nothing exited or restarted in ${showMs(step.forMs)}`
  }
}
