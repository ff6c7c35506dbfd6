import { RehearsalError } from '../errors.ts'
import type { Stack } from '../stack/stack.ts'
import type { ContainerState } from './journal.ts'
import { pollUntil } from './poll.ts'
import type { Watch } from './watch.ts'

/**
 * Starts all services and looks at them meanwhile: the start itself can hang on a dependency that will never be ready.
 * Throws what the watch finds, else what the start says.
 */
export async function startWatched(stack: Stack, watch: Watch, signal: AbortSignal): Promise<void> {
  const stopped = new Map((await stack.containers()).filter(isStopped).map((one) => [one.container, one.startedAt]))
  const ending = new AbortController()
  let outcome: { readonly failure?: unknown } | undefined
  const starting = stack.start(AbortSignal.any([signal, ending.signal])).then(
    () => {
      outcome = {}
    },
    (failure: unknown) => {
      outcome = { failure }
    },
  )
  // What still lies there from the stop before has an exit code that says nothing about this start.
  const asStarted = (one: ContainerState): ContainerState =>
    isStopped(one) && stopped.has(one.container) && stopped.get(one.container) === one.startedAt ? waiting(one) : one
  const look = async () => watch((await stack.containers()).map(asStarted))
  try {
    await pollUntil(async () => outcome !== undefined, { signal, alive: look, longestMs: 250, wake: starting })
    // Compose says only that something failed: the containers may say what.
    if (outcome?.failure !== undefined) await look()
  } finally {
    ending.abort(new RehearsalError('CANCELLED', 'the start was given up'))
    await starting
  }
  if (outcome?.failure !== undefined) throw outcome.failure
}

function isStopped({ status }: ContainerState): boolean {
  return status === 'exited' || status === 'dead'
}

function waiting({ exitCode: _, ...rest }: ContainerState): ContainerState {
  return { ...rest, status: 'created', outOfMemory: false }
}
