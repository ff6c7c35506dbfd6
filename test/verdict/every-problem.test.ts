import { expect, test } from 'vitest'
import type { ProblemCode } from '../../src/errors.ts'
import { judge } from '../../src/verdict/judge.ts'
import { add, failAt, goodRun, makePlan } from './rehearsal.ts'

const codes: Record<ProblemCode, true> = {
  CONFIG: true,
  USAGE: true,
  STACK_UNSAFE: true,
  STACK_INVALID: true,
  SAME_IMAGE: true,
  PATH_UNSUPPORTED: true,
  UNTRUSTED_EVENT: true,
  PULL_NOT_FOUND: true,
  PULL_AUTH: true,
  PULL_RATE_LIMIT: true,
  PULL_FAILED: true,
  NO_SPACE: true,
  FIXTURE_MISSING: true,
  FIXTURE_EMPTY: true,
  FIXTURE_CORRUPT: true,
  FIXTURE_PARTIAL: true,
  FIXTURE_UNSAFE: true,
  FIXTURE_TOO_LARGE: true,
  FIXTURE_VERSION: true,
  CAPTURE_FAILED: true,
  DATA_UNREAD: true,
  STEP_FAILED: true,
  MIGRATION_FAILED: true,
  NOT_QUIESCED: true,
  NOT_BROKEN: true,
  CRASHED: true,
  RESTARTED: true,
  UNHEALTHY: true,
  SIGN_IN: true,
  WRONG_IMAGE: true,
  OUT_OF_MEMORY: true,
  ENGINE_LOST: true,
  PORT_TAKEN: true,
  TIMEOUT: true,
  CANCELLED: true,
  EVIDENCE_LOST: true,
  INTERNAL: true,
}
const plan = makePlan(2)
const steps = plan.stages.flatMap((stage) => stage.steps.map((step) => ({ step, stage })))
const firstStart = steps.findIndex(({ step }) => step.id === 'hop.1.start')

test.each(Object.keys(codes) as ProblemCode[])(
  '%s never passes, at no step, and blames no release that did not run',
  (code) => {
    for (const [index, { step }] of steps.entries()) {
      const problem = { code, message: 'it broke' }
      const stopped = failAt(goodRun(plan), step.id, problem)
      const wentOn = goodRun(plan).map((entry) =>
        entry.type === 'step-finished' && entry.step === step.id
          ? { ...entry, outcome: 'failed' as const, problem }
          : entry,
      )
      const loose = add(stopped.slice(0, -1), { type: 'problem', problem })
      for (const entries of [stopped, wentOn, loose]) {
        const verdict = judge({ plan, entries, runId: 'r' })
        expect(['incompatible', 'inconclusive'], `${code} at ${step.id}`).toContain(verdict.verdict)
        expect(verdict.reasons.length).toBeGreaterThan(0)
        for (const reason of verdict.reasons) expect([reason.code, reason.message, reason.where]).not.toContain('')
        if (index < firstStart) expect(verdict.verdict, `${code} at ${step.id}`).toBe('inconclusive')
      }
    }
  },
)

test('no prefix of a good journal passes', () => {
  const entries = goodRun(plan)
  for (let end = 0; end < entries.length; end += 1) {
    expect(judge({ plan, entries: entries.slice(0, end), runId: 'r' }).verdict, `after ${end}`).toBe('inconclusive')
  }
})
