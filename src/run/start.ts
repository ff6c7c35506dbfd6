import { RehearsalError } from '../errors.ts'
import type { Stack } from '../stack/stack.ts'
import { pollUntil } from './poll.ts'
import type { Watch } from './watch.ts'

/**
 * Starts all services and looks at them meanwhile: the start itself can hang on a dependency that will never be ready.
 * Throws what the watch finds, else what the start says.
 */
export async function startWatched(stack: Stack, watch: Watch, signal: AbortSignal): Promise<void> {
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
  const look = async () => watch(await stack.containers())
  try {
    await pollUntil(async () => outcome !== undefined, { signal, alive: look, longestMs: 250 })
    // Compose says only that something failed: the containers may say what.
    if (outcome?.failure !== undefined) await look()
  } finally {
    ending.abort(new RehearsalError('CANCELLED', 'the start was given up'))
    await starting
  }
  if (outcome?.failure !== undefined) throw outcome.failure
}
