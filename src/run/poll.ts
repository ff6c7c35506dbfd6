import { setTimeout } from 'node:timers/promises'

export interface PollOptions {
  /** Ends the polling with its reason: the deadline, or the run's cancellation. */
  readonly signal: AbortSignal
  /** Called in each round before the question; throws when waiting has become pointless. */
  readonly alive?: () => Promise<void>
  /** First and longest pause between rounds, milliseconds. */
  readonly firstMs?: number
  readonly longestMs?: number
  /** Ends the pause between two rounds when it settles: something has happened that is worth a look. */
  readonly wake?: Promise<unknown>
}

/** Milliseconds between two rounds at the most, where nobody says otherwise and however long a question takes. */
const longestRest = 500

/**
 * The one poller: asks at once, then ever less often, until the answer is yes; rejects when the signal aborts. A question
 * that takes long is asked at most half of the time, or it would slow down what it waits for.
 */
export async function pollUntil(question: () => Promise<boolean>, options: PollOptions): Promise<void> {
  const longest = options.longestMs ?? longestRest
  let pause = options.firstMs ?? 50
  for (;;) {
    options.signal.throwIfAborted()
    await options.alive?.()
    const askedAt = performance.now()
    if (await question()) return
    await rest(Math.max(pause, Math.min(longestRest, performance.now() - askedAt)), options)
    options.signal.throwIfAborted()
    pause = Math.min(longest, pause * 1.5)
  }
}

async function rest(ms: number, { signal, wake }: PollOptions): Promise<void> {
  const woken = new AbortController()
  const pause = setTimeout(ms, undefined, { signal: AbortSignal.any([signal, woken.signal]) }).catch(() => undefined)
  await Promise.race(wake === undefined ? [pause] : [pause, wake.catch(() => undefined)])
  woken.abort()
}
