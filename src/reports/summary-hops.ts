import type { Verdict } from '../verdict/verdict.ts'
import { duration } from './duration.ts'
import { code, plain, table } from './markdown.ts'

const mostChanges = 100

/** How each hop was made: its outcome, the commands of its procedure, and what changed in the stack with it. */
export function hops(verdict: Verdict): string[] {
  const rows = verdict.hops.map((hop, index) => {
    return [String(index + 1), plain(hop.from), plain(hop.to), hop.outcome, duration(hop.ms)]
  })
  if (rows.length === 0) return []
  return [
    '## Hops',
    '',
    ...table(['hop', 'from', 'to', 'outcome', 'took'], rows),
    ...commands(verdict),
    ...changes(verdict),
  ]
}

function commands(verdict: Verdict): string[] {
  const rows = verdict.hops.flatMap((hop, index) =>
    hop.commands.map((one) => [
      String(index + 1),
      one.migration ? `${plain(one.title)} (the migration)` : plain(one.title),
      String(one.exitCode),
      duration(one.ms),
    ]),
  )
  if (rows.length === 0) return []
  return ['## Commands of the procedure', '', ...table(['hop', 'command', 'exit code', 'took'], rows)]
}

function changes(verdict: Verdict): string[] {
  const rows = verdict.hops.flatMap((hop, index) =>
    hop.changes.map((change) => [String(index + 1), plain(change.service), change.part, code(change.text)]),
  )
  if (rows.length === 0) return []
  const left = rows.length - mostChanges
  return [
    '## What changes in the stack',
    '',
    ...table(['hop', 'service', 'part', 'change'], rows.slice(0, mostChanges)),
    ...(left > 0 ? [`${left} more are in verdict.json.`, ''] : []),
  ]
}
