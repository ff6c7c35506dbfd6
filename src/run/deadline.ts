import { RehearsalError } from '../errors.ts'

/** Runs something under a deadline; past it the signal aborts with TIMEOUT, and so does the call. */
export async function withDeadline<Result>(
  ms: number,
  parent: AbortSignal,
  what: string,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController()
  const timer = setTimeout(
    () => controller.abort(new RehearsalError('TIMEOUT', `${what}: not done within ${showMs(ms)}`)),
    ms,
  )
  try {
    return await work(AbortSignal.any([parent, controller.signal]))
  } finally {
    clearTimeout(timer)
  }
}

export function showMs(ms: number): string {
  return ms >= 120_000 ? `${Math.round(ms / 60_000)} min` : ms >= 1_000 ? `${Math.round(ms / 1_000)} s` : `${ms} ms`
}
