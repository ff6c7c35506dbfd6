import type { Configured } from '../config/index.ts'
import { plural } from '../fields/index.ts'
import { allFixtures, fixtureKind } from '../plan/kinds.ts'
import type { Step } from '../plan/plan.ts'
import type { Forked } from '../stack/checkpoint.ts'
import type { Scene, Spot } from './scene.ts'

type StepOf<Name extends Step['do']> = Extract<Step, { do: Name }>

/** Freezes all volumes; gives how the stack goes on. */
export async function freeze(scene: Scene, step: StepOf<'checkpoint'>, { signal }: Spot): Promise<string> {
  return describe(await scene.ports.stack.checkpoint(step.name, signal))
}

/** Puts all volumes back to a checkpoint; the logs of what is removed are kept first. */
export async function fork(scene: Scene, step: StepOf<'fork'>, { signal }: Spot): Promise<string> {
  await scene.evidence.keepLogs(signal)
  scene.stopped.clear()
  return describe(await scene.ports.stack.fork(step.name, signal))
}

/** New volumes in the place of all; the logs of what is removed are kept first. */
export async function startAfresh(scene: Scene, step: StepOf<'fresh'>, { signal }: Spot): Promise<void> {
  await scene.evidence.keepLogs(signal)
  scene.stopped.clear()
  const { config, stack } = scene.ports
  const fixtures = allFixtures(config)
  const filled = step.fixtures.map((place) => {
    const fixture = fixtures[place] as Configured
    return fixtureKind(fixture).volume?.(fixture.options as never, config.folder)
  })
  await stack.fresh(new Set(filled.filter((key) => key !== undefined)), signal)
}

function describe({ how, volumes, why }: Forked): string {
  if (how === 'overlay') return `${plural(volumes, 'volume')}, copy-on-write`
  return `${plural(volumes, 'volume')}, copied${why === undefined ? '' : `: ${why}`}`
}
