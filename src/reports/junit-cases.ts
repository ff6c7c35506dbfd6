import type { SuiteCase } from '../run/journal.ts'
import { phaseName, type StepOutcome, type Trouble, troubleOf } from './outcome.ts'
import type { ReportInput } from './report.ts'

/** One test case; exactly one outcome. `failed`: the product; `error`: the rehearsal. */
export interface Case {
  readonly classname: string
  readonly name: string
  readonly ms: number
  readonly outcome: 'passed' | 'failed' | 'error' | 'skipped'
  readonly message?: string
  readonly type?: string
  readonly text?: string
}

const productFaults = ['CRASHED', 'RESTARTED', 'UNHEALTHY', 'WRONG_IMAGE', 'SIGN_IN', 'MIGRATION_FAILED']

export function stepCase(one: StepOutcome, prefix: string, verdict: string, facts: string): Case {
  const base = {
    classname: `${prefix}.${one.step.do}`,
    name: `${one.number} ${one.step.title}`,
    ms: one.finished?.ms ?? 0,
  }
  if (one.finished?.outcome === 'done') return { ...base, outcome: 'passed' }
  const trouble = troubleOf(one)
  if (!one.finished || !trouble) {
    const broken = one.startedAt !== undefined
    return broken
      ? { ...base, outcome: 'error', message: 'the run ended before this step did', type: 'CANCELLED', text: facts }
      : { ...base, outcome: 'skipped' }
  }
  const product =
    verdict === 'incompatible' && one.stage.phase !== 'baseline' && productFaults.includes(trouble.code ?? '')
  const code = trouble.code ?? 'INTERNAL'
  return {
    ...base,
    outcome: product ? 'failed' : 'error',
    message: headline(trouble),
    type: code,
    text: describe(trouble, facts),
  }
}

/** An invariant after the upgrade: its step is made whatever it reads, and its rule is what holds or not. */
export function invariantCase({ verdict }: ReportInput, one: StepOutcome, facts: string): Case {
  const made = stepCase(one, 'target', verdict.verdict, facts)
  const own = one.step.do === 'measure' ? verdict.data.invariants[one.step.invariant] : undefined
  if (!own || made.outcome !== 'passed') return made
  const base = { ...made, classname: 'target.invariant', name: `${own.title} (${own.rule})` }
  if (own.outcome === 'kept') return base
  const type = own.outcome === 'broken' ? 'INVARIANT_BROKEN' : 'DATA_UNREAD'
  const outcome = own.outcome === 'broken' ? 'failed' : 'error'
  return { ...base, outcome, message: own.found, type, text: `${own.found}\n${facts}` }
}

export function checkCases({ plan }: ReportInput, one: StepOutcome, facts: string): Case[] {
  const known = one.step.do === 'check' ? plan.checks[one.step.check] : undefined
  const phase = phaseName(one.stage).replace(' ', '.')
  const kind = known?.kind ?? 'check'
  const base = {
    classname: `${phase}.${kind}`,
    name: known?.title ?? one.step.title,
    ms: one.check?.ms ?? one.finished?.ms ?? 0,
  }
  const inner = (one.check?.observation.cases ?? []).map((own) => userCase(own, `${phase}.suite`))
  const outcome = one.check?.observation.outcome
  const trouble = troubleOf(one)
  if (!trouble) return [{ ...base, outcome: outcome === 'passed' ? 'passed' : 'skipped' }, ...inner]
  const failed = outcome === 'failed'
  const type = trouble.code ?? (failed ? 'assertion' : 'INTERNAL')
  return [
    { ...base, outcome: failed ? 'failed' : 'error', message: headline(trouble), type, text: describe(trouble, facts) },
    ...inner,
  ]
}

function userCase(own: SuiteCase, prefix: string): Case {
  const classname = `${prefix}.${own.suite || 'unnamed'}`
  const red = own.outcome === 'failed' || own.outcome === 'error'
  const message = own.message?.split('\n', 1)[0] || `the suite reported it as ${own.outcome}`
  return {
    classname,
    name: own.name,
    ms: own.ms,
    outcome: own.outcome,
    ...(red ? { message, type: 'assertion', text: own.message ?? message } : {}),
  }
}

function headline(trouble: Trouble): string {
  const seen = [trouble.expected && `expected ${trouble.expected}`, trouble.actual && `got ${trouble.actual}`]
    .filter(Boolean)
    .join(', ')
  return seen || trouble.message || 'it failed without saying why'
}

function describe(trouble: Trouble, facts: string): string {
  const lines = [
    trouble.message,
    trouble.service && `where: ${trouble.service}`,
    trouble.expected && `expected: ${trouble.expected}`,
    trouble.actual && `actual: ${trouble.actual}`,
    trouble.hint && `next: ${trouble.hint}`,
    facts,
    trouble.log.length > 0 && `last log lines:\n${trouble.log.join('\n')}`,
  ]
  return lines.filter(Boolean).join('\n')
}
