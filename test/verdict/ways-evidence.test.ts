import { expect, test } from 'vitest'
import type { ProblemCode } from '../../src/errors.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { Entry, Observation } from '../../src/run/journal.ts'
import type { RollbackOutcome, Verdict } from '../../src/verdict/verdict.ts'
import { dice } from './dice.ts'
import { container } from './rehearsal.ts'
import { lived, planWith, verdictOf, type World } from './ways.ts'

const rollback = `image: { expect: works }
restore: { expect: works }
backup: { make: [ { exec: { service: db, run: d, save: a } } ], restore: [ { postgres: { service: db, dump: "{backup}/a" } } ], expect: works }
files: { move: { volume: a, from: b, to: c }, expect: fails }
command: { steps: [ { run: { service: web, run: undo } } ], expect: works }
automatic: { break: { web: { command: [x] } }, expect: works }
interrupted: { service: web, times: 2, again: works, expect: works }`

const codes: readonly ProblemCode[] = ['CRASHED', 'TIMEOUT', 'STEP_FAILED', 'ENGINE_LOST', 'NO_SPACE', 'NOT_BROKEN']
const observations: readonly Observation[] = [
  { outcome: 'failed', actual: 'status 500' },
  { outcome: 'failed', unasked: true, detail: 'nothing was captured' },
  { outcome: 'error', detail: 'no curl' },
]

function worldOf(plan: Plan, seed: number): World {
  const { happens, oneOf, below } = dice(seed)
  const fails: Record<string, { code: ProblemCode; message: string }> = {}
  const sees: Record<string, Observation> = {}
  for (const step of plan.back.flatMap(({ steps }) => steps)) {
    if (step.do === 'check' && happens(0.06)) sees[step.id] = oneOf(observations)
    else if (happens(0.015)) fails[step.id] = { code: oneOf(codes), message: 'it broke' }
  }
  const stages = plan.back.flatMap(({ key, way }) => (way === undefined ? [] : [key as string]))
  const odd = [container('web', { status: 'exited', exitCode: 1 }), container('web', { restarts: 3 })]
  const ends = Object.fromEntries(stages.filter(() => happens(0.1)).map((key) => [key, [oneOf(odd), container('db')]]))
  const rows = new Map(stages.map((key) => [key, oneOf([10, 10, 10, 13, 9, 0, 'no psql'])]))
  return {
    fails,
    sees,
    ends,
    counts: (moment, key) => {
      const found = moment === 'back' ? (rows.get(key) ?? 10) : moment === 'written' ? 13 : 10
      return typeof found === 'string' ? found : { notes: found }
    },
    ...(happens(0.1) ? { unbroken: true as const } : {}),
    ...(happens(0.1) ? { cancelledIn: plan.back[below(plan.back.length)]?.steps[0]?.id as string } : {}),
  }
}

const rank: Record<RollbackOutcome, number> = { fails: 0, 'not-run': 0, 'read-only': 1, works: 2 }
const passes = ({ verdict }: Verdict) => verdict.startsWith('compatible')

/** What the ways back and the counts before them have left in the journal. */
function evidenceIn(plan: Plan, entries: readonly Entry[]): number[] {
  const ids = new Set(plan.back.flatMap(({ steps }) => steps.map(({ id }) => id)))
  const first = entries.findIndex((entry) => 'step' in entry && ids.has(entry.step))
  return entries.flatMap((entry, index) =>
    (first >= 0 && index >= first && entry.type !== 'run-finished') || entry.type === 'count' ? [index] : [],
  )
}

test('evidence that is lost never makes a way back better, and never a pass', async () => {
  const plan = await planWith(rollback)
  const met = new Set<string>()
  for (let seed = 1; seed <= 100; seed += 1) {
    const entries = lived(plan, worldOf(plan, seed))
    const whole = verdictOf(plan, entries)
    for (const [way, outcome] of Object.entries(whole.rollback)) met.add(`${way} ${outcome}`)
    const evidence = evidenceIn(plan, entries)
    const { below, happens } = dice(1_000 + seed)
    for (let round = 0; round < 12; round += 1) {
      // One entry, several, or a good part of all.
      const share = [0, 0.02, 0.3][round % 3] as number
      const gone = new Set([evidence[below(evidence.length)], ...evidence.filter(() => happens(share))])
      const verdict = verdictOf(
        plan,
        entries.filter((_, index) => !gone.has(index)),
      )
      const better = Object.entries(verdict.rollback).filter(
        ([way, outcome]) => rank[outcome] > rank[whole.rollback[way] as RollbackOutcome],
      )
      if (better.length === 0 && (passes(whole) || !passes(verdict))) continue
      const lost = [...gone].map((index) => JSON.stringify(entries[index as number]))
      expect.fail(`seed ${seed}: better ${JSON.stringify(better)}, ${verdict.verdict}, without ${lost.join('\n')}`)
    }
  }
  // The worlds were different enough to prove something.
  for (const way of ['image', 'restore', 'backup', 'files', 'command', 'automatic', 'interrupted.again'])
    for (const outcome of ['works', 'fails', 'not-run']) expect(met).toContain(`${way} ${outcome}`)
  expect(met).toContain('image read-only')
})

test('without anything lost, the worlds are judged as they were made', async () => {
  const plan = await planWith(rollback)
  const verdict = verdictOf(plan, lived(plan, { counts: (moment) => ({ notes: moment === 'written' ? 13 : 10 }) }))
  expect(verdict.rollback).toEqual({
    ...{ image: 'works', restore: 'works', backup: 'works', files: 'works', command: 'works', automatic: 'works' },
    ...{ 'interrupted.again': 'works', 'interrupted.image': 'works' },
  })
  expect(verdict.reasons.map(({ code }) => code)).toEqual(['ROLLBACK_BETTER'])
})

test('image and restore are on the axis, whatever is tried', async () => {
  for (const one of ['files: { move: { volume: a, from: b, to: c } }', 'image: { name: once-more }']) {
    const plan = await planWith(one)
    expect(verdictOf(plan, lived(plan)).rollback).toMatchObject({ image: 'not-run', restore: 'not-run' })
  }
})
