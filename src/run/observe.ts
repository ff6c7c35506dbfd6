import type { CheckContext } from '../checks/check.ts'
import type { Configured } from '../config/index.ts'
import { checkKind } from '../plan/kinds.ts'
import type { Observation } from './journal.ts'
import { pollUntil } from './poll.ts'

/** Makes a check; one that may pass `eventually` is asked again for so long, and what it saw last counts. */
export async function observeEventually(check: Configured, context: CheckContext): Promise<Observation> {
  const observe = () => checkKind(check).observe(check.options as never, context)
  const { eventually } = check.options as { readonly eventually?: number }
  let observation = await observe()
  if (eventually === undefined || observation.outcome === 'passed') return observation
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(eventually)])
  const passes = async () => {
    observation = await observe()
    return observation.outcome === 'passed'
  }
  // Past its time it is red with what it saw; whoever cuts off the whole run is told by the caller.
  await pollUntil(passes, { signal, longestMs: 500 }).catch((cause) => {
    if (!signal.aborted) throw cause
  })
  return observation
}
