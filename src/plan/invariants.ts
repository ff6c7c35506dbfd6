import type { Config } from '../config/index.ts'
import type { Draft } from './drafts.ts'
import { checkTitle, numberedTitles } from './kinds.ts'
import type { Invariant, Moment } from './plan.ts'
import { invariantsOf } from './stores.ts'

/** The invariants by the names that people know them by. */
export function namedInvariants(config: Config): Invariant[] {
  const invariants = invariantsOf(config)
  const titles = numberedTitles(invariants.map(checkTitle))
  return invariants.map(({ rule }, index) => ({ title: titles[index] as string, rule }))
}

/** Reads every invariant; after a sign-in where one of them needs it and nobody has signed in yet. */
export function measure(config: Config, moment: Moment): Draft[] {
  const named = namedInvariants(config)
  const steps = named.map(({ title, rule }, invariant): Draft => {
    return { do: 'measure', invariant, moment, title: `read ${title} (${rule})` }
  })
  const isSigned = invariantsOf(config).some(({ options }) => (options as { 'signed-in'?: boolean })['signed-in'])
  const signIn: Draft[] = isSigned && moment !== 'baseline' ? [{ do: 'sign-in', title: 'sign in' }] : []
  return [...signIn, ...steps]
}
