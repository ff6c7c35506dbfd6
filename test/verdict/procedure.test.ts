import { describe, expect, test } from 'vitest'
import type { ProblemCode } from '../../src/errors.ts'
import type { Action, Plan, Step } from '../../src/plan/plan.ts'
import type { Entry } from '../../src/run/journal.ts'
import { judge } from '../../src/verdict/judge.ts'
import { exchange, failAt, goodRun, makePlan, observe } from './rehearsal.ts'

/** The usual plan with another procedure in its hop; each step is named by what it does. */
function planWith(...actions: readonly Action[]): Plan {
  const plan = makePlan()
  const own = actions.map((action, index): Step => {
    return { ...action, id: `${action.do}.${index}`, title: `${action.do} ${index}`, withinMs: 60_000 }
  })
  return {
    ...plan,
    stages: plan.stages.map((stage) =>
      stage.phase === 'target'
        ? { ...stage, steps: [...own, ...stage.steps.filter(({ id }) => /ready|prove|sign-in|check/.test(id))] }
        : stage,
    ),
  }
}

function verdictOf(plan: Plan, entries: readonly Entry[]) {
  const verdict = judge({ plan, entries, runId: 'r1' })
  return { verdict, seen: [verdict.verdict, ...verdict.reasons.map(({ code }) => code)].join(' ') }
}

const stop: Action = { do: 'stop', graceMs: 1 }
const create: Action = { do: 'create', release: 1 }
const start: Action = { do: 'start' }
const restore: Action = { do: 'restore', fixture: 0 }
const exportStep: Action = { do: 'export', how: { exec: { service: 'web', run: ['app', 'export'] } } }
const command = (where: 'once' | 'inside' | 'here'): Action => ({ do: 'command', where, run: ['x'] })
const replace = (turn: number): Action => ({ do: 'replace', service: 'web', turn, of: 2, graceMs: 1 })
const between: Action = { do: 'check', check: 0, set: 'between' }

describe('who is to blame for a step of the procedure', () => {
  test.each<[string, readonly Action[], number, ProblemCode, string]>([
    ['a dump on the source', [command('inside'), stop, create, start], 0, 'STEP_FAILED', 'inconclusive STEP_FAILED'],
    ['an export of the source', [exportStep, stop, create, start], 0, 'STEP_FAILED', 'inconclusive STEP_FAILED'],
    ['an export that never ends', [exportStep, stop, create, start], 0, 'TIMEOUT', 'inconclusive TIMEOUT'],
    ['the migration', [stop, create, command('once'), start], 2, 'MIGRATION_FAILED', 'incompatible MIGRATION_FAILED'],
    [
      'a command once the target runs',
      [stop, create, start, command('inside')],
      3,
      'MIGRATION_FAILED',
      'incompatible MIGRATION_FAILED',
    ],
    [
      'a command that the shell did not find, though the target runs',
      [stop, create, start, command('here')],
      3,
      'STEP_FAILED',
      'inconclusive STEP_FAILED',
    ],
    [
      'what was stopped and runs',
      [stop, create, command('once'), start],
      2,
      'NOT_QUIESCED',
      'inconclusive NOT_QUIESCED',
    ],
    ['a migration that takes too long', [stop, create, command('once'), start], 2, 'TIMEOUT', 'inconclusive TIMEOUT'],
    [
      'a backup that the source does not take',
      [restore, stop, create, start],
      0,
      'FIXTURE_PARTIAL',
      'inconclusive FIXTURE_PARTIAL',
    ],
    [
      'an export that the target does not take',
      [stop, create, restore, start],
      2,
      'FIXTURE_PARTIAL',
      'incompatible MIGRATION_FAILED',
    ],
    ['an export that is damaged', [stop, create, restore, start], 2, 'FIXTURE_CORRUPT', 'inconclusive FIXTURE_CORRUPT'],
    [
      'an export of another version',
      [stop, create, restore, start],
      2,
      'FIXTURE_VERSION',
      'inconclusive FIXTURE_VERSION',
    ],
    [
      'the first container of a rolling upgrade',
      [create, replace(1), replace(2)],
      1,
      'CRASHED',
      'incompatible TARGET_CRASHED',
    ],
    ['its last one', [create, replace(1), replace(2)], 2, 'UNHEALTHY', 'incompatible NOT_READY'],
    [
      'a move in a volume',
      [stop, { do: 'move', volume: 'a', from: 'b', to: 'c' }, create, start],
      1,
      'STEP_FAILED',
      'inconclusive STEP_FAILED',
    ],
  ])('%s', (_, actions, at, code, seen) => {
    const plan = planWith(...actions)
    const step = `${actions[at]?.do}.${at}`
    expect(verdictOf(plan, failAt(goodRun(plan), step, { code, message: 'it broke', where: 'web' })).seen).toBe(seen)
  })
})

describe('a check between two containers', () => {
  const plan = planWith(create, replace(1), between, replace(2))
  const red = { outcome: 'failed', expected: 'status 200', actual: 'status 500', service: 'web' } as const
  const good = goodRun(plan)

  test('that passes is no part of the smoke suite', () => {
    const { verdict, seen } = verdictOf(plan, good)
    expect(seen).toBe('compatible')
    expect(verdict.checks.target).toEqual({ passed: 2, failed: 0, errors: 0 })
  })

  test('that fails is a regression during the upgrade', () => {
    const { verdict, seen } = verdictOf(plan, observe(good, 'check.2', red))
    expect(seen).toBe('incompatible SMOKE_REGRESSION')
    expect(verdict.reasons[0]).toMatchObject({
      message: expect.stringMatching(/fails during the upgrade: expected status 200, got status 500\.$/),
      step: 'check.2',
    })
    expect(verdict.checks.target).toEqual({ passed: 2, failed: 0, errors: 0 })
  })

  test('that could not be made blames nobody', () => {
    expect(verdictOf(plan, observe(good, 'check.2', { outcome: 'error', detail: 'no' })).seen).toBe(
      'inconclusive INTERNAL',
    )
  })

  test('that was not made at all is missing evidence', () => {
    const without = exchange(good, (entry) => 'step' in entry && entry.step === 'check.2')
    expect(verdictOf(plan, without).seen).toBe('inconclusive EVIDENCE_LOST')
  })
})

test('what the commands of a hop did is told, in their order', () => {
  const plan = planWith(command('inside'), stop, create, command('once'), start)
  const ended = (step: string, migration: boolean) =>
    ({ type: 'command', step, ms: 5, exitCode: 0, migration, at: '' }) satisfies Entry
  const entries = goodRun(plan).flatMap((entry): Entry[] => {
    if (entry.type !== 'step-finished' || !entry.step.startsWith('command')) return [entry]
    return [ended(entry.step, entry.step === 'command.3'), entry]
  })
  expect(verdictOf(plan, entries).verdict.hops[0]?.commands).toEqual([
    { step: 'command.0', title: 'command 0', exitCode: 0, ms: 5, migration: false },
    { step: 'command.3', title: 'command 3', exitCode: 0, ms: 5, migration: true },
  ])
})
