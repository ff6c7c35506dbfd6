import type { SuiteCase } from '../run/journal.ts'
import type { ReleaseEvidence } from '../verdict/verdict.ts'
import { of, phaseName, type StepOutcome, stepOutcomes, type Trouble, troubleOf } from './outcome.ts'
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

export interface Suite {
  readonly name: string
  readonly startedAt: string | undefined
  readonly properties: readonly (readonly [string, string])[]
  readonly cases: readonly Case[]
}

const productFaults = ['CRASHED', 'RESTARTED', 'UNHEALTHY', 'WRONG_IMAGE', 'SIGN_IN']

/** Flat suites: the two sides' checks, the steps of each hop, and the steps before. */
export function suitesOf(input: ReportInput): Suite[] {
  const { plan, verdict, entries } = input
  const outcomes = stepOutcomes(plan, entries)
  const isSmoke = ({ step }: StepOutcome) => step.do === 'check' && step.set === 'smoke'
  const steps = outcomes.filter((one) => !isSmoke(one))
  const checks = (phase: string) => outcomes.filter((one) => isSmoke(one) && one.stage.phase === phase)
  const suite = (name: string, properties: Suite['properties'], cases: Case[], shown: readonly StepOutcome[]) => {
    return { name, startedAt: shown.find((one) => one.startedAt)?.startedAt, properties, cases: unique(cases) }
  }
  const facts = factsOf(input)
  const side = (phase: 'baseline' | 'target', release: ReleaseEvidence) =>
    suite(phase, images(release), checks(phase).flatMap((one) => checkCases(input, one, facts)), checks(phase))
  const hops = plan.hops.map((hop, index) => {
    const own = steps.filter(({ stage }) => (stage.hop ?? (stage.phase === 'target' ? plan.hops.length : 0)) === index + 1)
    const between = checks('hop').filter(({ stage }) => stage.hop === index + 1)
    const [from, to] = [plan.releases[hop.from]?.version ?? '', plan.releases[hop.to]?.version ?? '']
    const cases = [...own.map((one) => stepCase(one, `hop.${index + 1}`, verdict.verdict, facts)), ...between.flatMap((one) => checkCases(input, one, facts))]
    return suite(`hop ${index + 1}: ${from} to ${to}`, [['from', from], ['to', to]], cases, own)
  })
  const early = steps.filter(({ stage }) => stage.phase === 'prepare' || stage.phase === 'baseline')
  const run: Suite['properties'] = [
    ['run', verdict.runId],
    ['verdict', verdict.verdict],
    ['from', verdict.from.version],
    ['to', verdict.to.version],
    ...Object.entries(verdict.environment),
  ]
  const rehearsal = [...early.map((one) => stepCase(one, `steps.${one.stage.phase}`, verdict.verdict, facts)), verdictCase(input)]
  return [suite('rehearsal', run, rehearsal, early), side('baseline', verdict.from), ...hops, side('target', verdict.to)]
}

/** Without it, a run that broke off would show nothing but green cases. */
function verdictCase({ verdict, entries }: ReportInput): Case {
  const outcome = verdict.verdict === 'incompatible' ? 'failed' : verdict.verdict === 'inconclusive' ? 'error' : 'passed'
  const [first] = verdict.reasons
  const text = verdict.reasons.map((reason) => `${reason.code} · ${reason.where}\n${reason.message}`).join('\n\n')
  const ms = of(entries, 'run-finished').at(-1)?.ms ?? 0
  const base = { classname: 'rehearsal', name: 'verdict', ms, outcome } as const
  return { ...base, text, ...(outcome === 'passed' ? {} : { message: `${verdict.verdict}: ${first?.message ?? ''}`, type: first?.code ?? 'INTERNAL' }) }
}

function stepCase(one: StepOutcome, prefix: string, verdict: string, facts: string): Case {
  const base = { classname: `${prefix}.${one.step.do}`, name: `${one.number} ${one.step.title}`, ms: one.finished?.ms ?? 0 }
  if (one.finished?.outcome === 'done') return { ...base, outcome: 'passed' }
  const trouble = troubleOf(one)
  if (!one.finished || !trouble) {
    const broken = one.startedAt !== undefined
    return broken ? { ...base, outcome: 'error', message: 'the run ended before this step did', type: 'CANCELLED', text: facts } : { ...base, outcome: 'skipped' }
  }
  const product = verdict === 'incompatible' && one.stage.phase !== 'baseline' && productFaults.includes(trouble.code ?? '')
  const code = trouble.code ?? 'INTERNAL'
  return { ...base, outcome: product ? 'failed' : 'error', message: headline(trouble), type: code, text: describe(trouble, facts) }
}

function checkCases({ plan }: ReportInput, one: StepOutcome, facts: string): Case[] {
  const known = one.step.do === 'check' ? plan.checks[one.step.check] : undefined
  const phase = phaseName(one.stage.phase, one.stage.hop).replace(' ', '.')
  const kind = known?.kind ?? 'check'
  const base = { classname: `${phase}.${kind}`, name: known?.title ?? one.step.title, ms: one.check?.ms ?? one.finished?.ms ?? 0 }
  const inner = (one.check?.observation.cases ?? []).map((own) => userCase(own, `${phase}.suite`))
  const outcome = one.check?.observation.outcome
  const trouble = troubleOf(one)
  if (!trouble) return [{ ...base, outcome: outcome === 'passed' ? 'passed' : 'skipped' }, ...inner]
  const failed = outcome === 'failed'
  const type = trouble.code ?? (failed ? 'assertion' : 'INTERNAL')
  return [{ ...base, outcome: failed ? 'failed' : 'error', message: headline(trouble), type, text: describe(trouble, facts) }, ...inner]
}

function userCase(own: SuiteCase, prefix: string): Case {
  const classname = `${prefix}.${own.suite || 'unnamed'}`
  const red = own.outcome === 'failed' || own.outcome === 'error'
  const message = own.message?.split('\n', 1)[0] || `the suite reported it as ${own.outcome}`
  return { classname, name: own.name, ms: own.ms, outcome: own.outcome, ...(red ? { message, type: 'assertion', text: own.message ?? message } : {}) }
}

function headline(trouble: Trouble): string {
  const seen = [trouble.expected && `expected ${trouble.expected}`, trouble.actual && `got ${trouble.actual}`].filter(Boolean).join(', ')
  return seen || trouble.message || 'it failed without saying why'
}

function describe(trouble: Trouble, facts: string): string {
  const lines = [
    trouble.message,
    trouble.service && `service: ${trouble.service}`,
    trouble.expected && `expected: ${trouble.expected}`,
    trouble.actual && `actual: ${trouble.actual}`,
    trouble.hint && `next: ${trouble.hint}`,
    facts,
    trouble.log.length > 0 && `last log lines:\n${trouble.log.join('\n')}`,
  ]
  return lines.filter(Boolean).join('\n')
}

function factsOf({ verdict: { from, to } }: ReportInput): string {
  const side = (release: ReleaseEvidence) => `${release.version} (${release.images.map((image) => `${image.service} ${image.digest}`).join(', ')})`
  return `from: ${side(from)}\nto: ${side(to)}`
}

function images(release: ReleaseEvidence): [string, string][] {
  return [['version', release.version], ...release.images.map(({ service, digest }): [string, string] => [`digest.${service}`, digest])]
}

/** Consumers merge cases of the same name; the later ones are numbered. */
function unique(cases: readonly Case[]): Case[] {
  const taken = new Set<string>()
  return cases.map((one) => {
    let name = one.name
    for (let count = 2; taken.has(`${one.classname}\n${name}`); count += 1) name = `${one.name} (${count})`
    taken.add(`${one.classname}\n${name}`)
    return { ...one, name }
  })
}
