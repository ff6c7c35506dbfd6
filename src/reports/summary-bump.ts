import type { Verdict } from '../verdict/verdict.ts'
import { code, plain } from './markdown.ts'

/** What a pull request changes of the pins, and what of the source is not that of the checkout. */
export function bump({ bump: found, reasons }: Verdict): string[] {
  if (!found) return []
  const { sentence, base, head, files = [] } = found
  const commits = [base, head].map((commit) => code(commit.slice(0, 12)))
  const isTold = reasons.some(({ message }) => message === sentence)
  return [
    '## Version bump',
    '',
    ...(isTold ? [] : [plain(sentence)]),
    `From the base ${commits[0]} to ${commits[1]}.`,
    ...(files.length > 0 ? [`The source has ${files.map(code).join(', ')}.`] : []),
    '',
  ]
}
