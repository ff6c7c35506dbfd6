import { expect, test } from 'vitest'
import type { Problem } from '../../src/errors.ts'
import type { Stage } from '../../src/plan/plan.ts'
import type { Happening } from '../../src/run/journal.ts'
import { judge } from '../../src/verdict/judge.ts'
import { withLostReports } from '../../src/verdict/lost-reports.ts'
import { add, goodRun, makePlan, observe } from './rehearsal.ts'

const id = 'capture.2.capture'
const capture: Stage[] = [
  {
    phase: 'capture',
    title: 'fixtures of 2.0.0',
    order: 'in-order',
    steps: [{ do: 'capture', fixture: 0, path: 'fixtures/2.0.0.dump', id, title: 'write postgres', withinMs: 1 }],
  },
]
const plan = makePlan(1, { capture })
const full: Problem = { code: 'NO_SPACE', message: "can't write /tmp/x: no space left." }

function verdictOf(...happened: readonly Happening[]) {
  return judge({ plan, entries: add(goodRun(plan), { type: 'step-started', step: id }, ...happened), runId: 'r1' })
}

const ended = (problem?: Problem): Happening => ({
  type: 'step-finished',
  step: id,
  ms: 1,
  outcome: problem ? 'failed' : 'done',
  ...(problem ? { problem } : {}),
})

test('a fixture that was captured changes no verdict', () => {
  expect(verdictOf(ended())).toMatchObject({ verdict: 'compatible', reasons: [] })
})

test('one that could not be captured is a warning, whatever went wrong with it', () => {
  expect(verdictOf(ended(full))).toMatchObject({
    verdict: 'compatible-with-warnings',
    reasons: [
      {
        code: 'CAPTURE_FAILED',
        message: "No fixture was captured: can't write /tmp/x: no space left.",
        where: 'capture · write postgres',
      },
    ],
  })
})

test('one that was never come to is told as well', () => {
  const verdict = judge({ plan, entries: goodRun(plan), runId: 'r1' })
  expect(verdict.reasons.map(({ code }) => code)).toEqual(['CAPTURE_FAILED'])
})

test('beside a failure of the upgrade nobody asks for it', () => {
  const red = observe(goodRun(plan), 'target.check.1', { outcome: 'failed', detail: 'x' })
  const codes = judge({ plan, entries: red, runId: 'r1' }).reasons.map(({ code }) => code)
  expect(codes).toEqual(['SMOKE_REGRESSION'])
})

test('what is lost meanwhile is lost for the whole rehearsal, and an unclean stop is told', () => {
  const lost: Happening = { type: 'problem', problem: { code: 'ENGINE_LOST', message: 'gone' } }
  expect(verdictOf(lost, ended()).verdict).toBe('inconclusive')
  const killed: Happening = { type: 'warning', code: 'UNCLEAN_STOP', message: 'web was killed', where: 'web' }
  expect(verdictOf(killed, ended()).reasons.map(({ code }) => code)).toEqual(['UNCLEAN_STOP'])
})

test('without a report there is no captured fixture either', () => {
  const verdict = { ...verdictOf(ended()), captured: [{ fixture: 'postgres', path: 'x', bytes: 1 }] }
  expect(withLostReports(verdict, [])).toHaveProperty('captured')
  expect(withLostReports(verdict, [full])).not.toHaveProperty('captured')
})
