import { duration } from '../reports/duration.ts'
import { block, code, marks, plain, table } from '../reports/markdown.ts'
import { isPass } from '../verdict/exit-code.ts'
import type { MergedVerdict, PathResult } from './merged.ts'
import { compareNames } from './order.ts'

const pathMarks = { ...marks, 'not-run': '⬜ not run' } as const
const shown = 50
const slowest = 5

/** All paths for people, as Markdown: the verdict first, then a grid of sources and targets. Pure. */
export function mergedSummary(merged: MergedVerdict): string {
  const parts = [
    [
      `# ${marks[merged.verdict]} ${merged.verdict}: ${plain(merged.name)}, ${counted(merged.paths.length, 'path')}`,
      '',
    ],
    [counts(merged), ''],
    grid(merged),
    stops(merged),
    failing(merged),
    notRun(merged),
    times(merged),
  ]
  return `${parts.flat().join('\n').trimEnd()}\n`
}

function counts({ paths }: MergedVerdict): string {
  const outcomes = ['compatible', 'compatible-with-warnings', 'incompatible', 'inconclusive', 'not-run'] as const
  const told = outcomes.flatMap((outcome) => {
    const count = paths.filter(({ verdict }) => verdict === outcome).length
    return count === 0 ? [] : [`${count} ${outcome === 'not-run' ? 'NOT RUN' : outcome}`]
  })
  if (told.length === 0) return 'There is no path at all: nothing was rehearsed.'
  const proven = paths.filter((path) => path.proven).length
  return `${told.join(', ')}${proven > 0 ? `; ${proven} of them proven before and not run again` : ''}.`
}

function grid({ paths }: MergedVerdict): string[] {
  const names = (of: 'from' | 'to') => [...new Set(paths.map((path) => path[of]))].toSorted(compareNames)
  const [sources, targets] = [names('from'), names('to')]
  const cell = (from: string, to: string) => {
    const here = paths.filter((path) => path.from === from && path.to === to)
    return here.map((path) => `${pathMarks[path.verdict]}${way(path, here.length > 1)}`).join('<br>') || '–'
  }
  const rows = sources.map((from) => [`**${plain(from)}**`, ...targets.map((to) => cell(from, to))])
  return paths.length === 0 ? [] : ['## Paths', '', ...table(['from \\ to', ...targets.map(plain)], rows)]
}

function way({ by, reports, proven }: PathResult, isOneOfSeveral: boolean): string {
  const before = proven ? ` proven ${proven.at.slice(0, 10)}` : ''
  const again = reports > 1 ? ` (the last of ${reports} reports)` : ''
  if (by.length > 0) return `${before} by ${by.map(plain).join(', ')}${again}`
  return `${before}${isOneOfSeveral ? ' direct' : ''}${again}`
}

/** Where the direct jump was tried beside the path that is advised: whether the stops are needed. */
function stops({ paths }: MergedVerdict): string[] {
  const lines = paths.flatMap((advised) => {
    const direct = paths.find(({ from, to, by }) => from === advised.from && to === advised.to && by.length === 0)
    if (!direct || advised.by.length === 0 || direct.verdict === 'not-run' || direct.verdict === 'inconclusive')
      return []
    const jump = `${plain(advised.from)} → ${plain(advised.to)}`
    const by = advised.by.map(plain).join(', ')
    if (isPass(direct)) return [`- ${jump} works directly too: the stop at ${by} was not needed with this data.`]
    return isPass(advised) ? [`- ${jump} needs the stop at ${by}: directly it is incompatible.`] : []
  })
  return lines.length === 0 ? [] : ['## Stops', '', ...lines, '']
}

function failing({ paths }: MergedVerdict): string[] {
  const failed = paths.filter(({ verdict }) => verdict === 'incompatible' || verdict === 'inconclusive')
  if (failed.length === 0) return []
  const rows = failed
    .slice(0, shown)
    .map(({ path, verdict, reasons: [first], failed: hop, report }) => [
      code(path),
      verdict,
      hop ? `${plain(hop.from)} → ${plain(hop.to)}` : '–',
      first ? `${code(first.code)} ${plain(first.message)}` : '',
      report === undefined ? '' : code(report),
    ])
  return [
    '## What fails, oldest source first',
    '',
    ...table(['path', 'verdict', 'first at', 'why', 'report'], rows),
    ...more(failed.length - rows.length),
  ]
}

function notRun({ paths }: MergedVerdict): string[] {
  const missing = paths.filter(({ verdict }) => verdict === 'not-run').map(({ path }) => path)
  if (missing.length === 0) return []
  const commands = missing.slice(0, shown).map((path) => `upgrade-rehearsal run --path ${path}`)
  return [
    '## NOT RUN',
    '',
    `${counted(missing.length, 'planned path')} without a report: nothing is known about ${missing.length === 1 ? 'it' : 'them'}.`,
    '',
    block(commands),
    '',
    ...more(missing.length - commands.length),
  ]
}

function times({ paths }: MergedVerdict): string[] {
  const timed = paths.flatMap(({ path, ms, verdict }) => (ms === undefined ? [] : [{ path, ms, verdict }]))
  const rows = timed
    .toSorted((one, other) => other.ms - one.ms)
    .slice(0, slowest)
    .map(({ path, ms, verdict }) => [code(path), duration(ms), verdict])
  return rows.length === 0 ? [] : ['## Slowest', '', ...table(['path', 'took', 'verdict'], rows)]
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function more(left: number): string[] {
  return left > 0 ? [`${left} more are in verdict.json.`, ''] : []
}
