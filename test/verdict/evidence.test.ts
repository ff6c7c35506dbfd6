import { expect, test } from 'vitest'
import type { DataChange } from '../../src/data/change.ts'
import type { Problem, ProblemCode } from '../../src/errors.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { Entry, Observation } from '../../src/run/journal.ts'
import type { Outcome, Verdict } from '../../src/verdict/verdict.ts'
import { type Dice, dice } from './dice.ts'
import { container } from './rehearsal.ts'
import { lived, planWith, verdictOf, type World } from './ways.ts'

const codes: readonly ProblemCode[] = [
  ...(['CRASHED', 'RESTARTED', 'UNHEALTHY', 'TIMEOUT', 'WRONG_IMAGE', 'SIGN_IN', 'MIGRATION_FAILED'] as const),
  ...(['ENGINE_LOST', 'NO_SPACE', 'OUT_OF_MEMORY', 'STEP_FAILED', 'INTERNAL'] as const),
]
const observations: readonly Observation[] = [
  { outcome: 'failed', expected: '200', actual: 'status 500' },
  { outcome: 'failed', unasked: true, detail: 'nothing was captured' },
  { outcome: 'error', detail: 'no curl' },
]
const lost: DataChange = { table: 'notes', kind: 'rows-lost', rows: 3, of: 10 }
const changed: DataChange = { table: 'notes', kind: 'values-changed', column: 'text', rows: 2, of: 10 }
const grown: DataChange = { table: 'log', kind: 'grown', rows: 2, of: 10 }

/** A rehearsal in which little or much goes wrong, at any place and on any of its tries. */
function worldOf(plan: Plan, { happens, oneOf }: Dice): World {
  const share = oneOf([0, 0.02, 0.06])
  const fails: Record<string, Problem> = {}
  const sees: Record<string, Observation> = {}
  const steps = plan.stages.flatMap((stage) => stage.steps.map((step) => ({ step, phase: stage.phase })))
  for (const { step, phase } of steps) {
    // Most worlds get as far as the upgrade.
    const often = phase === 'target' || phase === 'hop' ? 2 * share : share / 3
    if (step.do === 'check') {
      if (happens(often)) sees[step.id] = oneOf(observations)
    } else if (happens(often)) fails[step.id] = { code: oneOf(codes), message: 'it broke', where: 'web' }
  }
  const first = { ...fails }
  const again: Record<string, Problem> = {}
  for (const { step, phase } of plan.doubts.flatMap((stage) =>
    stage.steps.map((step) => ({ step, phase: stage.phase })),
  )) {
    const before = step.id.replace(/^(confirm|control)\./, '')
    const repeats = happens(phase === 'confirm' ? 0.8 : 0.15)
    if (repeats && first[before]) again[step.id] = first[before]
    if (repeats && sees[before]) sees[step.id] = sees[before]
    if (!first[before] && step.do !== 'check' && happens(share / 4))
      again[step.id] = { code: oneOf(codes), message: 'it broke otherwise', where: 'web' }
  }
  const odd = [
    container('web', { status: 'exited', exitCode: 1 }),
    container('web', { restarts: 3 }),
    container('web', { outOfMemory: true }),
  ]
  const ends = (['baseline', 'target', 'confirm', 'control'] as const).filter((phase) =>
    happens(phase === 'target' ? 0.1 : 0.04),
  )
  const changes = oneOf([[], [], [lost], [changed], [lost, changed], [grown]])
  return {
    fails,
    sees,
    again,
    ends: Object.fromEntries(ends.map((phase) => [phase, [oneOf(odd), container('db')]])),
    changed: {
      target: changes,
      confirm: changes.filter(() => happens(0.8)),
      control: [lost, changed].filter(() => happens(0.15)),
    },
    ...(happens(0.08) ? { cancelledIn: oneOf(steps).step.id } : {}),
  }
}

const passes = (verdict: Outcome) => verdict.startsWith('compatible')

/** Without these, the journal tells what is not so, or nobody could tell that they were there. */
function isEvidence({ type }: Entry): boolean {
  return type !== 'run-started' && type !== 'run-finished' && type !== 'cancelled' && type !== 'warning'
}

const told = ({ verdict, reasons }: Verdict) =>
  `${verdict} ${reasons.map(({ code, where }) => `${code} (${where})`).join(', ')}`

test('evidence that is lost never makes a verdict better, and never blames an upgrade that was not to blame', async () => {
  const met = new Map<string, number>()
  const plans = [await planWith('image: {}'), await planWith('restore: {}', { hops: 2 })]
  for (let seed = 1; seed <= 400; seed += 1) {
    const plan = plans[seed % 2] as Plan
    const draw = dice(seed)
    const entries = lived(plan, worldOf(plan, draw))
    const whole = verdictOf(plan, entries)
    met.set(whole.verdict, (met.get(whole.verdict) ?? 0) + 1)
    for (const { code } of whole.reasons) met.set(code, (met.get(code) ?? 0) + 1)
    const evidence = entries.filter(isEvidence)
    for (let round = 0; round < 12; round += 1) {
      // One entry, several, or a good part of all.
      const part = [0, 0.02, 0.3][round % 3] as number
      const gone = new Set([draw.oneOf(evidence), ...evidence.filter(() => draw.happens(part))])
      const left = verdictOf(
        plan,
        entries.filter((entry) => !gone.has(entry)),
      )
      const isBetter = passes(left.verdict) && !passes(whole.verdict)
      const isBlamed = left.verdict === 'incompatible' && whole.verdict !== 'incompatible'
      if (!isBetter && !isBlamed) continue
      const without = [...gone].map((entry) => JSON.stringify(entry)).join('\n')
      expect.fail(`seed ${seed}: ${told(whole)}\nis ${told(left)} without\n${without}`)
    }
  }
  // The worlds were different enough to prove something.
  for (const verdict of ['compatible', 'compatible-with-warnings', 'incompatible', 'inconclusive'])
    expect(met.get(verdict), verdict).toBeGreaterThan(20)
  for (const code of ['FLAKY_TARGET', 'NONDETERMINISTIC', 'UNCONFIRMED', 'BASELINE_RED', 'DATA_LOST', 'VALUES_CHANGED'])
    expect(met.get(code), code).toBeGreaterThan(2)
})

test('a verdict is as grave as its gravest reason, which stands first', async () => {
  const plan = await planWith('image: {}')
  const usual: Readonly<Record<string, Outcome>> = {
    TARGET_CRASHED: 'incompatible',
    SMOKE_REGRESSION: 'incompatible',
    DATA_LOST: 'incompatible',
    NOT_UPGRADED: 'incompatible',
    MIGRATION_FAILED: 'incompatible',
    NOT_READY: 'incompatible',
    BASELINE_RED: 'inconclusive',
    ENGINE_LOST: 'inconclusive',
    NONDETERMINISTIC: 'inconclusive',
    UNCONFIRMED: 'inconclusive',
    CANCELLED: 'inconclusive',
    NO_SPACE: 'inconclusive',
    EVIDENCE_LOST: 'inconclusive',
    FLAKY_TARGET: 'compatible-with-warnings',
    VALUES_CHANGED: 'compatible-with-warnings',
  }
  const grave: readonly Outcome[] = ['incompatible', 'inconclusive', 'compatible-with-warnings']
  for (let seed = 1; seed <= 400; seed += 1) {
    const { verdict, reasons } = verdictOf(plan, lived(plan, worldOf(plan, dice(seed))))
    const weights = reasons.flatMap(({ code }) => (usual[code] ? [grave.indexOf(usual[code])] : []))
    expect(weights, `seed ${seed}`).toEqual(weights.toSorted())
    const first = usual[reasons[0]?.code ?? '']
    if (first) expect(verdict, `seed ${seed}`).toBe(first)
    if (reasons.length === 0) expect(verdict).toBe('compatible')
  }
})
