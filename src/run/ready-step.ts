import { plural } from '../fields/index.ts'
import { newOrigins } from '../plan/kinds.ts'
import { placeOf } from './evidence.ts'
import { awaitReady, eachContainer } from './ready.ts'
import type { Scene, Spot } from './scene.ts'
import { isFirstTry } from './stage-names.ts'

/** Waits until all that was started is ready, and keeps how it was then. */
export async function becomeReady(scene: Scene, spot: Spot): Promise<string> {
  const { config, journal } = scene.ports
  const { replaced } = scene
  const inTurn = replaced !== undefined
  const containers = await awaitReady({
    config,
    context: inTurn ? scene.contextBetween(spot) : scene.context(spot),
    watch: scene.watch,
    left: scene.stopped,
    alsoAsked: replaced ? eachContainer(newOrigins(config, replaced.service), replaced.count) : [],
  })
  scene.replaced = undefined
  scene.ready = { since: performance.now(), containers }
  scene.evidence.during('ready')
  const tookMs = scene.takeStartUp()
  if (tookMs !== undefined && scene.release > 0 && isFirstTry(spot.stage)) scene.durations.began(inTurn, tookMs)
  journal.write({
    type: 'containers',
    ...placeOf(spot.stage),
    moment: 'ready',
    containers,
    // One container among others that run is no start of the whole.
    ...(tookMs === undefined || inTurn ? {} : { tookMs: Math.round(tookMs) }),
  })
  return plural(containers.length, 'container')
}
