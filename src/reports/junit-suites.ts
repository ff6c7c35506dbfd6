import type { ReleaseEvidence } from '../verdict/verdict.ts'
import { type Case, checkCases, invariantCase, stepCase } from './junit-cases.ts'
import { freshSuites } from './junit-fresh.ts'
import { wayBackSuites } from './junit-ways.ts'
import { of, type StepOutcome, stepOutcomes } from './outcome.ts'
import type { ReportInput } from './report.ts'

export interface Suite {
  readonly name: string
  readonly startedAt: string | undefined
  readonly properties: readonly (readonly [string, string])[]
  readonly cases: readonly Case[]
}

/** Flat suites: the two sides' checks, the steps of each hop, and the steps before. */
export function suitesOf(input: ReportInput): Suite[] {
  const { plan, verdict, entries } = input
  const outcomes = stepOutcomes(plan, entries)
  const isSmoke = ({ step }: StepOutcome) => step.do === 'check' && step.set === 'smoke'
  const main = outcomes.filter(({ stage }) => !['rollback', 'fresh', 'capture'].includes(stage.phase))
  const isRule = ({ step, stage }: StepOutcome) => step.do === 'measure' && stage.phase === 'target'
  const rules = main.filter(isRule)
  const steps = main.filter((one) => !isSmoke(one) && !isRule(one))
  const checks = (phase: string) => main.filter((one) => isSmoke(one) && one.stage.phase === phase)
  const suite = (name: string, properties: Suite['properties'], cases: Case[], shown: readonly StepOutcome[]) => {
    return { name, startedAt: shown.find((one) => one.startedAt)?.startedAt, properties, cases: unique(cases) }
  }
  const facts = factsOf(input)
  const side = (phase: 'baseline' | 'target', release: ReleaseEvidence) =>
    suite(
      phase,
      images(release),
      [
        ...(phase === 'target' ? rules.map((one) => invariantCase(input, one, facts)) : []),
        ...checks(phase).flatMap((one) => checkCases(input, one, facts)),
      ],
      checks(phase),
    )
  const hops = plan.hops.map((hop, index) => {
    const own = steps.filter(
      ({ stage }) => (stage.hop ?? (stage.phase === 'target' ? plan.hops.length : 0)) === index + 1,
    )
    const between = checks('hop').filter(({ stage }) => stage.hop === index + 1)
    const [from, to] = [plan.releases[hop.from]?.version ?? '', plan.releases[hop.to]?.version ?? '']
    const cases = [
      ...own.map((one) => stepCase(one, `hop.${index + 1}`, verdict.verdict, facts)),
      ...between.flatMap((one) => checkCases(input, one, facts)),
    ]
    return suite(
      `hop ${index + 1}: ${from} to ${to}`,
      [
        ['from', from],
        ['to', to],
      ],
      cases,
      own,
    )
  })
  const early = steps.filter(({ stage }) => ['prepare', 'baseline', 'checkpoint'].includes(stage.phase))
  const run: Suite['properties'] = [
    ['run', verdict.runId],
    ['verdict', verdict.verdict],
    ['from', verdict.from.version],
    ['to', verdict.to.version],
    ...Object.entries(verdict.environment),
  ]
  const rehearsal = [
    ...early.map((one) => stepCase(one, `steps.${one.stage.phase}`, verdict.verdict, facts)),
    verdictCase(input),
  ]
  return [
    suite('rehearsal', run, rehearsal, early),
    side('baseline', verdict.from),
    ...hops,
    side('target', verdict.to),
    ...[...wayBackSuites(input, outcomes, facts), ...freshSuites(input, outcomes, facts)].map((one) => ({
      ...one,
      cases: unique(one.cases),
    })),
  ]
}

/** Without it, a run that broke off would show nothing but green cases. */
function verdictCase({ verdict, entries }: ReportInput): Case {
  const outcome =
    verdict.verdict === 'incompatible' ? 'failed' : verdict.verdict === 'inconclusive' ? 'error' : 'passed'
  const [first] = verdict.reasons
  const text = verdict.reasons.map((reason) => `${reason.code} · ${reason.where}\n${reason.message}`).join('\n\n')
  const ms = of(entries, 'run-finished').at(-1)?.ms ?? 0
  const base = { classname: 'rehearsal', name: 'verdict', ms, outcome } as const
  return {
    ...base,
    text,
    ...(outcome === 'passed'
      ? {}
      : { message: `${verdict.verdict}: ${first?.message ?? ''}`, type: first?.code ?? 'INTERNAL' }),
  }
}

function factsOf({ verdict: { from, to } }: ReportInput): string {
  const side = (release: ReleaseEvidence) =>
    `${release.version} (${release.images.map((image) => `${image.service} ${image.digest}`).join(', ')})`
  return `from: ${side(from)}\nto: ${side(to)}`
}

function images(release: ReleaseEvidence): [string, string][] {
  return [
    ['version', release.version],
    ...release.images.map(({ service, digest }): [string, string] => [`digest.${service}`, digest]),
  ]
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
