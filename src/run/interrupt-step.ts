import { setTimeout } from 'node:timers/promises'
import { type ProblemCode, RehearsalError } from '../errors.ts'
import type { Action, Step } from '../plan/plan.ts'
import type { ContainerState } from './container-state.ts'
import { pollUntil } from './poll.ts'
import type { Scene, Spot } from './scene.ts'

/** How long a migration is taken to last that this rehearsal has not seen; milliseconds. */
const unknownMs = 3_000

/**
 * Does a step of the procedure and kills a service's containers after a share of the time that the step took before.
 * However the step ends then is not judged here. Gives how long it ran until the kill. Throws NOT_BROKEN where it has
 * ended before, and nothing was killed.
 */
export async function interrupt(
  scene: Scene,
  step: Extract<Step, { do: 'interrupt' }>,
  { signal }: Spot,
  perform: (signal: AbortSignal) => Promise<unknown>,
): Promise<string> {
  const { stack, journal } = scene.ports
  const usualMs = scene.durations.of(step.step) ?? unknownMs
  // One of the release before may still be at work: that is not the one that migrates.
  const before = (await stack.containers()).filter(({ status }) => status === 'running')
  const spared = new Set(before.map(({ container }) => container))
  const startedAt = performance.now()
  const ended = new AbortController()
  let settled = false
  let failure: unknown
  const performing = perform(AbortSignal.any([signal, ended.signal])).then(
    () => {
      settled = true
    },
    (cause: unknown) => {
      settled = true
      failure = cause
    },
  )
  let killed = 0
  let ms = 0
  const runs = async () =>
    settled || (await stack.containers()).some((one) => one.service === step.service && isNew(one, spared))
  try {
    // How long the engine takes to start a container says nothing of the migration in it.
    if (step.step.do !== 'command') await pollUntil(runs, { signal, firstMs: 20, longestMs: 50 })
    const begunMs = performance.now() - startedAt
    const delayMs = Math.max(0, usualMs - begunMs) * step.share
    await setTimeout(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted())
    const hit = async () => {
      ms = Math.round(performance.now() - startedAt)
      killed = await stack.kill(step.service, signal, spared)
      return killed > 0 || settled
    }
    await pollUntil(hit, { signal, firstMs: 20, longestMs: 100 })
  } finally {
    // A start that waits for what was killed would wait until its deadline.
    if (killed > 0) ended.abort(new RehearsalError('CANCELLED', 'its container was killed'))
  }
  await performing
  signal.throwIfAborted()
  // Whatever the kill makes of the step is what is wanted; a lost engine or a full disk is not the kill's doing.
  if (failure !== undefined && !isMeant(failure)) throw failure
  journal.write({ type: 'killed', step: step.id, service: step.service, ms, containers: killed })
  const [ran, usual] = [ms, usualMs].map((one) => `${(one / 1000).toFixed(1)} s`)
  if (killed > 0) return `killed after ${ran} of about ${usual}`
  throw new RehearsalError(
    'NOT_BROKEN',
    `${step.service} had ended by itself before it was to be killed, after ${ran}`,
    {
      where: step.service,
      hint: 'try another seed, or several "times"',
    },
  )
}

function isNew({ status, container }: ContainerState, spared: ReadonlySet<string>): boolean {
  return status === 'running' && !spared.has(container)
}

const meant: readonly ProblemCode[] = [
  'CANCELLED',
  'CRASHED',
  'RESTARTED',
  'UNHEALTHY',
  'MIGRATION_FAILED',
  'STEP_FAILED',
  'FIXTURE_PARTIAL',
  'TIMEOUT',
]

function isMeant(failure: unknown): boolean {
  return failure instanceof RehearsalError && meant.includes(failure.code)
}

/** How long the steps of the procedure took, a start until everything was ready; milliseconds. */
export class Durations {
  readonly #known = new Map<string, number>()

  keep(action: Action, ms: number): void {
    this.#known.set(keyOf(action), ms)
  }

  get known(): ReadonlyMap<string, number> {
    return new Map(this.#known)
  }

  recall(known: ReadonlyMap<string, number>): void {
    for (const [key, ms] of known) this.#known.set(key, ms)
  }

  /** Of a start or, in turn, of one container that took another's place. */
  began(inTurn: boolean, ms: number): void {
    this.#known.set(inTurn ? 'replace' : 'start', ms)
  }

  of(action: Action): number | undefined {
    return this.#known.get(keyOf(action))
  }
}

/** A step has an id, a title and a deadline besides what it does. */
function keyOf(action: Action & Partial<Step>): string {
  if (action.do === 'start' || action.do === 'up') return 'start'
  if (action.do === 'replace') return 'replace'
  const { id: _, title: __, withinMs: ___, ...rest } = action
  return JSON.stringify(rest)
}
