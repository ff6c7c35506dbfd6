import type { ErrorKinds } from './error-kinds.ts'
import { errorIn } from './error-line.ts'
import type { LogMoments } from './log-moments.ts'
import { isWaiting } from './waiting.ts'

const traceback = /Traceback \(most recent call last\):/
const exception = /^[A-Za-z_][\w.]*(?:: |$)/
/** Lines that a traceback may have before the exception that it is about. */
const longestTrace = 400
/** The engine's own time before each line. */
const stamp = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})\d*Z ?/

/** Takes in a log line by line. */
export interface LineReader {
  readonly push: (line: string) => void
  readonly end: () => void
}

/** Reads the log of one container, and adds its errors to those of its service. */
export function readErrors(kinds: ErrorKinds, moments: LogMoments, expected: readonly RegExp[]): LineReader {
  let moment = moments.at(0)
  /** The beginning of a traceback whose exception has not come yet. */
  let trace: string | undefined
  let traced = 0
  const add = (line: string, text: string) => {
    if (moment === 'stopping' || (moment === 'starting' && isWaiting(line))) return
    if (!expected.some((one) => one.test(line))) kinds.add(line, text)
  }
  const push = (stamped: string): void => {
    const at = stamp.exec(stamped)
    if (at) moment = moments.at(Date.parse(`${at[1]}Z`))
    const line = at ? stamped.slice(at[0].length) : stamped
    if (trace !== undefined) {
      traced += 1
      if ((/^\s|^$/.test(line) || traceback.test(line)) && traced < longestTrace) return
      const beginning = trace
      trace = undefined
      const isNamed = exception.test(line)
      add(isNamed ? line : beginning, isNamed ? line : beginning)
      if (isNamed) return
    }
    if (traceback.test(line)) {
      trace = line
      traced = 0
      return
    }
    const text = errorIn(line)
    if (text !== undefined) add(line, text)
  }
  const end = () => {
    if (trace !== undefined) add(trace, trace)
    trace = undefined
  }
  return { push, end }
}
