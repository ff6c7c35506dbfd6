import type { Verdict } from '../verdict/verdict.ts'
import { plain, table } from './markdown.ts'

const mostTries = 200

/** Which way back works, what it costs, and what the documentation claims. */
export function waysBack({ wayBack }: Verdict): string[] {
  const { sentence, ways, written } = wayBack
  if (ways.length === 0) return ['## Way back', '', 'Not rehearsed.', '']
  const rows = ways.map(({ way, expect, outcome, tried, worked, lost, why }) => [
    plain(way),
    outcome,
    expect === 'observe' ? '–' : expect,
    tried > 1 ? `${worked} of ${tried}` : '',
    lost === undefined ? '' : String(lost),
    plain(why),
  ])
  return [
    '## Way back',
    '',
    ...(sentence === '' ? [] : [plain(sentence), '']),
    ...table(['way', 'outcome', 'documented', 'worked', 'rows lost', 'why'], rows),
    ...tries(ways),
    ...growth(written),
  ]
}

/** What became of each kill, for instance. */
function tries(ways: Verdict['wayBack']['ways']): string[] {
  const rows = ways.flatMap((way) => (way.tries ?? []).map((one) => [plain(one.stage), one.outcome, plain(one.why)]))
  if (rows.length === 0) return []
  const all = table(['try', 'outcome', 'why'], rows.slice(0, mostTries))
  return ['<details><summary>Each try</summary>', '', ...all, '</details>', '']
}

function growth(written: Verdict['wayBack']['written']): string[] {
  const rows = Object.entries(written ?? {}).flatMap(([store, tables]) =>
    Object.entries(tables).map(([name, count]) => [plain(store), plain(name), String(count)]),
  )
  if (rows.length === 0) return []
  return ['Written between the upgrade and the ways back:', '', ...table(['store', 'table', 'rows'], rows.slice(0, 50))]
}
