import { exitCodes } from '../errors.ts'
import type { Verdict } from './verdict.ts'

/** The process's exit code for a verdict. `strict` makes warnings count. */
export function exitCodeOf(verdict: Pick<Verdict, 'verdict'>, options: { readonly strict: boolean }): number {
  switch (verdict.verdict) {
    case 'compatible':
      return exitCodes.compatible
    case 'compatible-with-warnings':
      return options.strict ? exitCodes.warnings : exitCodes.compatible
    case 'incompatible':
      return exitCodes.incompatible
    case 'inconclusive':
      return exitCodes.inconclusive
  }
}

/** Whether an upgrade may be made, with warnings or without; of a path that was not run it is unknown. */
export function isPass({ verdict }: { readonly verdict: Verdict['verdict'] | 'not-run' }): boolean {
  return verdict === 'compatible' || verdict === 'compatible-with-warnings'
}
