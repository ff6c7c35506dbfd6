import type { Promised } from './fault.ts'
import type { Ran } from './ran.ts'

const exitCodes = { compatible: 0, 'compatible-with-warnings': 0, incompatible: 20, inconclusive: 21 } as const

/** `incompatible TARGET_CRASHED`; what the table shows. */
export function describe({ verdict, code }: Pick<Promised, 'verdict' | 'code'>): string {
  return [verdict, code].filter(Boolean).join(' ')
}

export function gotOf({ verdict, exitCode }: Ran): string {
  if (!verdict) return `no verdict, exit code ${exitCode}`
  const code = verdict.reasons[0]?.code
  return describe({ verdict: verdict.verdict, ...(code === undefined ? {} : { code }) })
}

/** Whether the verdict is another one than promised, which is worse than all else that can go wrong. */
export function isFalse(promised: Promised, { verdict }: Ran): boolean {
  return verdict?.verdict !== promised.verdict
}

/** What of a promise was not kept, in words. */
export function broken(promised: Promised, ran: Ran): string[] {
  const { verdict, exitCode, output } = ran
  const got = gotOf(ran)
  const wanted = describe(promised)
  const exit = promised.exit === 'killed' ? null : (promised.exit ?? exitCodes[promised.verdict])
  const said = [output, ...(verdict?.reasons ?? []).map(({ where, message }) => `${where} ${message}`)].join('\n')
  const ways = Object.entries(promised.rollback ?? {}).filter(([way, outcome]) => verdict?.rollback[way] !== outcome)
  return [
    ...(got === wanted ? [] : [`promised ${wanted}, got ${got}`]),
    ...(exitCode === exit ? [] : [`promised exit code ${exit}, got ${exitCode}`]),
    ...(promised.says && !promised.says.test(said) ? [`nothing says ${promised.says}`] : []),
    ...ways.map(([way, outcome]) => `promised that ${way} ${outcome}, got ${verdict?.rollback[way] ?? 'nothing'}`),
  ]
}
