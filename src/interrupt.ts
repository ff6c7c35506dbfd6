import { exitCodes, RehearsalError } from './errors.ts'

/** How a run is told to stop, and what its exit code is then. */
export interface Interrupt {
  readonly signal: AbortSignal
  readonly exitCode: number | undefined
}

/** Turns SIGINT and SIGTERM into an abort; a second one changes nothing, so that clean-up is not cut short. */
export function onInterrupt(process: NodeJS.Process): Interrupt {
  const controller = new AbortController()
  let exitCode: number | undefined
  const codes = { SIGINT: exitCodes.interrupted, SIGTERM: exitCodes.terminated } as const
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      exitCode ??= codes[name]
      controller.abort(new RehearsalError('CANCELLED', name))
    })
  }
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode
    },
  }
}
