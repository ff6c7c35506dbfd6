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

test('the errors of what ran are told once for all containers of a service, by the folder of their logs', async () => {
  const journal = new Journal(() => new Date(0))
  const told: ((line: string) => void)[] = []
  const stack = {
    saveLogs: async (open: (container: { readonly service: string }) => unknown) => {
      for (const service of ['web', 'web', 'db']) open({ service })
      for (const line of told) line('2026-01-02T03:04:05.123456789Z ERROR no user 1')
      told[0]?.('2026-01-02T03:04:05.123456789Z ERROR as always')
    },
  }
  const openLog = (_: string, __: unknown, onLine: (line: string) => void) => void told.push(onLine)
  const one = new Evidence({ stack, journal, config: { logs: { expect: ['as always'] } }, openLog } as never)
  const { signal } = new AbortController()
  await one.begin('baseline', signal)
  await one.begin('target', signal)
  const kind = { kind: 'ERROR no user #', example: 'ERROR no user 1' }
  expect(journal.entries).toMatchObject([
    {
      type: 'errors-logged',
      logs: 'baseline',
      services: [
        { service: 'web', kinds: [{ ...kind, count: 2 }] },
        { service: 'db', kinds: [{ ...kind, count: 1 }] },
      ],
    },
  ])
})

test('what was printed while something stopped is no error', async () => {
  const journal = new Journal(() => new Date(0))
  let tell: (line: string) => void = () => undefined
  const stack = {
    saveLogs: async (open: (container: { readonly service: string }) => unknown) => {
      open({ service: 'web' })
      tell(`${new Date().toISOString().replace('Z', '000000Z')} ERROR the worker was told to stop`)
    },
  }
  const openLog = (_: string, __: unknown, onLine: typeof tell) => {
    tell = onLine
  }
  const one = new Evidence({ stack, journal, config: { logs: { expect: [] } }, openLog } as never)
  const { signal } = new AbortController()
  await one.begin('target', signal)
  one.during('stopping')
  await one.keepLogs(signal)
  expect(journal.entries).toMatchObject([{ type: 'errors-logged', services: [{ service: 'web', kinds: [] }] }])
})
