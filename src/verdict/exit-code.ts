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
