import { RehearsalError } from '../errors.ts'
import type { CommandResult } from './stack.ts'
import { startFailure } from './start-failure.ts'

/** Throws what Compose could not do, with its own words. */
export function mustSucceed(what: string, result: CommandResult): void {
  if (result.exitCode === 0) return
  const lines = result.stderr.trim().split('\n')
  const said = lines.findLast((line) => /error|fail|no space/i.test(line)) ?? lines.at(-1) ?? ''
  throw new RehearsalError(startFailure(said.trim()), `Compose could not ${what} the stack: ${said.trim()}`, {
    log: lines.slice(-10),
  })
}
