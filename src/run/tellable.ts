import { toProblem } from '../errors.ts'

/** What went wrong, for people, where it ends nothing. Throws what does: the end of the whole run, and an engine that is lost. */
export function tellable(thrown: unknown, signal: AbortSignal): string {
  signal.throwIfAborted()
  const { code, message } = toProblem(thrown)
  if (code === 'ENGINE_LOST') throw thrown
  return message
}
