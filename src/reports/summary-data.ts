import type { Verdict } from '../verdict/verdict.ts'
import { code, plain, table } from './markdown.ts'

const mostLines = 60

/** What became of the data, what of it is allowed, and what nobody looked at. */
export function data({ data: { compared, changed, stores, invariants, fresh }, coverage }: Verdict): string[] {
  const allowed = stores.flatMap(({ store, allowed }) =>
    allowed.map(({ what, because, until }) => [plain(`${store}: ${what}`), plain(because), until]),
  )
  const unchecked = coverage.unchecked.map(({ what, why }) => [plain(what), plain(why)])
  const rules = invariants.slice(0, mostLines).map(({ title, rule, outcome, found }) => {
    return [code(title), rule, outcome, plain(found)]
  })
  return [
    ...(compared.length > 0 ? ['## Data', '', ...listed(compared), ''] : []),
    ...(changed.length > 0 ? ['What is other than before the upgrade:', '', ...listed(changed), ''] : []),
    ...(allowed.length > 0 ? ['Of that is allowed:', '', ...table(['what', 'because', 'until'], allowed)] : []),
    ...(rules.length > 0 ? ['## Invariants', '', ...table(['check', 'rule', 'outcome', 'found'], rules)] : []),
    ...drift(fresh),
    ...(unchecked.length > 0 ? ['## Not looked at', '', ...table(['what', 'why'], unchecked)] : []),
  ]
}

/** The upgraded schema beside that of a fresh install. */
function drift(fresh: Verdict['data']['fresh']): string[] {
  const rows = fresh.flatMap(({ store, drift }) =>
    drift.map(({ what, upgraded = '–', fresh = '–' }) => [plain(store), code(what), plain(upgraded), plain(fresh)]),
  )
  const same = fresh
    .filter(({ drift }) => drift.length === 0)
    .map(({ store, parts }) => `- ${plain(store)}: ${parts} parts, all alike`)
  if (fresh.length === 0) return []
  const more = rows.length > mostLines ? [`${rows.length - mostLines} more are in verdict.json.`, ''] : []
  const differ = rows.length > 0 ? table(['store', 'what', 'upgraded', 'fresh'], rows.slice(0, mostLines)) : []
  return ['## Beside a fresh install', '', ...same, ...(same.length > 0 ? [''] : []), ...differ, ...more]
}

function listed(lines: readonly string[]): string[] {
  const left = lines.length - mostLines
  return [
    ...lines.slice(0, mostLines).map((line) => `- ${plain(line)}`),
    ...(left > 0 ? [`- and ${left} more in verdict.json`] : []),
  ]
}
