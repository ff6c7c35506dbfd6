import { expect, test } from 'vitest'
import { RehearsalError } from '../../src/errors.ts'
import type { Stage } from '../../src/plan/plan.ts'
import { Evidence } from '../../src/run/evidence.ts'
import { Journal } from '../../src/run/journal.ts'

const stage = { phase: 'target', title: 'target', steps: [] } as unknown as Stage

function evidence(cause: Error) {
  const journal = new Journal(() => new Date(0))
  const stack = { containers: () => Promise.reject(cause), saveLogs: () => Promise.reject(cause) }
  return {
    journal,
    evidence: new Evidence({ stack, journal, config: { logs: { expect: [] } }, openLog: () => undefined } as never),
  }
}

const problemsOf = ({ entries }: Journal) =>
  entries.flatMap((entry) => (entry.type === 'problem' ? [entry.problem.code] : []))
const lost = new RehearsalError('ENGINE_LOST', 'the Docker engine does not answer')

test('an engine that is gone at the end of a phase is said to be: what failed before it may be its doing', async () => {
  const one = evidence(lost)
  await one.evidence.keepStates(stage, 'end')
  expect(problemsOf(one.journal)).toEqual(['ENGINE_LOST'])
})

test('a log is lost for a reason of its own, or with the engine', async () => {
  for (const [cause, code] of [
    [lost, 'ENGINE_LOST'],
    [new Error('no such log'), 'EVIDENCE_LOST'],
  ] as const) {
    const one = evidence(cause)
    await one.evidence.begin('target', new AbortController().signal)
    await one.evidence.keepLogs(new AbortController().signal)
    expect(problemsOf(one.journal)).toEqual([code])
  }
})
