import { RehearsalError } from '../errors.ts'
import { betweenChecks } from '../plan/kinds.ts'
import type { Step } from '../plan/plan.ts'
import type { Observation } from './journal.ts'
import { observeEventually } from './observe.ts'
import type { Scene, Spot } from './scene.ts'
import { NotCaptured } from './templates.ts'

/** Makes a check; gives whether it passed. */
export async function makeCheck(scene: Scene, step: Extract<Step, { do: 'check' }>, spot: Spot): Promise<boolean> {
  const { config, plan, journal, signal } = scene.ports
  const isBetween = step.set === 'between'
  const check = (isBetween ? betweenChecks(config) : config.smoke)[step.check]
  if (!check) throw new RehearsalError('INTERNAL', `no check ${step.check}`)
  const context = isBetween ? scene.contextBetween(spot) : scene.context(spot)
  const startedAt = performance.now()
  const observation = await observeEventually(check, context).catch((cause) => {
    // On a way back the check before it may have failed, and the next one can still be asked.
    if (spot.stage.phase !== 'rollback' || !(cause instanceof NotCaptured)) throw cause
    return { outcome: 'failed', detail: cause.message, unasked: true } satisfies Observation
  })
  // What was cut off by the end of the whole run says nothing about the release.
  signal.throwIfAborted()
  const ms = Math.round(performance.now() - startedAt)
  const { phase, hop } = spot.stage
  const id = isBetween ? step.title : (plan.checks[step.check]?.id ?? '')
  const place = { phase, ...(hop === undefined ? {} : { hop }) }
  journal.write({ type: 'check', step: step.id, check: id, ...place, ms, observation })
  return observation.outcome === 'passed'
}
