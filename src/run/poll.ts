import { setTimeout } from 'node:timers/promises'

export interface PollOptions {
  /** Ends the polling with its reason: the deadline, or the run's cancellation. */
  readonly signal: AbortSignal
  /** Called in each round before the question; throws when waiting has become pointless. */
  readonly alive?: () => Promise<void>
  /** First and longest pause between rounds, milliseconds. */
  readonly firstMs?: number
  readonly longestMs?: number
}

/** The one poller: asks at once, then ever less often, until the answer is yes; rejects when the signal aborts. */
export async function pollUntil(question: () => Promise<boolean>, options: PollOptions): Promise<void> {
  const longest = options.longestMs ?? 500
  let pause = options.firstMs ?? 50
  for (;;) {
    options.signal.throwIfAborted()
    await options.alive?.()
    if (await question()) return
    await setTimeout(pause, undefined, { signal: options.signal }).catch(() => options.signal.throwIfAborted())
    pause = Math.min(longest, pause * 1.5)
  }
}
