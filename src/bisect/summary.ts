import type { Bisected } from '../rehearse-bisect.ts'
import { code, marks, plain, table } from '../reports/markdown.ts'

/** A search for people, as Markdown: the answer first, then what was tried in its order. Pure. */
export function bisectSummary(found: Bisected): string {
  const { verdict, from, to, first, lastGood, tried, sentence } = found
  const rows = tried.map(({ version, verdict: outcome, reasons: [why] }, index) => [
    String(index + 1),
    `${plain(from)} → ${plain(version)}`,
    `${marks[outcome]} ${outcome}`,
    why ? `${code(why.code)} ${plain(why.message)}` : '',
    code(version),
  ])
  const parts = [
    [`# ${marks[verdict]} ${verdict}: where ${plain(from)} → ${plain(to)} breaks first`, ''],
    [plain(sentence), ''],
    table(['first break', 'last good'], [[first === undefined ? '–' : plain(first), plain(lastGood)]]),
    rows.length > 0
      ? ['## What was tried', '', ...table(['', 'upgrade', 'verdict', 'why', 'report'], rows)]
      : ['No rehearsal has ended yet.'],
  ]
  return `${parts.flat().join('\n').trimEnd()}\n`
}
