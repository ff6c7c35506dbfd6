import { RehearsalError } from '../errors.ts'
import type { Stack } from '../stack/stack.ts'
import type { ContainerState } from './journal.ts'
import { pollUntil } from './poll.ts'
import { isSettled, type Watch } from './watch.ts'

/**
 * Starts services and looks at them meanwhile: the start itself can hang on a dependency that will never be ready.
 * Where only some are started, the others are no concern, and it is waited for these to be up. Throws what the watch
 * finds, else what the start says.
 */
export async function startWatched(
  stack: Stack,
  watch: Watch,
  start: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
  only?: readonly string[],
): Promise<void> {
  const before = new Map((await stack.containers()).map((one) => [lifeOf(one), one]))
  const ending = new AbortController()
  let outcome: { readonly failure?: unknown } | undefined
  const starting = start(AbortSignal.any([signal, ending.signal])).then(
    () => {
      outcome = {}
    },
    (failure: unknown) => {
      outcome = { failure }
    },
  )
  // What still lies there from the stop before has an exit code that says nothing about this start; neither has what ran
  // before and is stopped now, as long as the start may be about to put a newer container in its place.
  const asStarted = (one: ContainerState): ContainerState => {
    const known = before.get(lifeOf(one))
    const isOld = isStopped(one) && known !== undefined
    return isOld && (isStopped(known) || outcome === undefined) ? waiting(one) : one
  }
  const meant = async () => (await stack.containers()).filter(({ service }) => only?.includes(service) ?? true)
  const look = async () => watch((await meant()).map(asStarted))
  try {
    await pollUntil(async () => outcome !== undefined, { signal, alive: look, longestMs: 250, wake: starting })
    // Compose says only that something failed: the containers may say what.
    if (outcome?.failure !== undefined) await look()
  } finally {
    ending.abort(new RehearsalError('CANCELLED', 'the start was given up'))
    await starting
  }
  if (outcome?.failure !== undefined) throw outcome.failure
  if (only) await pollUntil(async () => (await meant()).every(isSettled), { signal, alive: look, longestMs: 250 })
}

function isStopped({ status }: ContainerState): boolean {
  return status === 'exited' || status === 'dead' || status === 'removing'
}

/** Tells one start of a container from all others, also while Compose gives the old one another name to remove it. */
function lifeOf({ service, startedAt }: ContainerState): string {
  return `${service} ${startedAt}`
}

function waiting({ exitCode: _, ...rest }: ContainerState): ContainerState {
  return { ...rest, status: 'created', outOfMemory: false, restarts: 0 }
}
