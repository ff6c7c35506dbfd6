import type { ReportInput } from '../../src/reports/report.ts'
import type { Entry } from '../../src/run/journal.ts'
import { judge } from '../../src/verdict/judge.ts'
import { add, exchange, failAt, goodRun, makePlan, observe } from '../verdict/rehearsal.ts'

export function inputOf(plan: ReturnType<typeof makePlan>, entries: readonly Entry[]): ReportInput {
  return { plan, entries, verdict: judge({ plan, entries, runId: 'r1' }) }
}

export function passed(): ReportInput {
  const plan = makePlan(2)
  return inputOf(plan, add(goodRun(plan), { type: 'run-finished', ms: 61_234 }))
}

/** What a hostile or unlucky application may print. */
export const hostile =
  'a ]]> b ]]> \u001b[31mred\u001b[0m \u0000 <b>&"|`code`* @someone #12 ::error::x ##[error]y \ud800'

export function regressed(): ReportInput {
  const plan = makePlan()
  const cases = [
    { suite: 'smoke', name: 'signs in', outcome: 'passed', ms: 1_500 },
    { suite: 'smoke', name: 'signs in', outcome: 'failed', ms: 3, message: `boom\n${hostile}` },
    { suite: '', name: 'searches', outcome: 'error', ms: 0 },
    { suite: 'smoke', name: 'mails', outcome: 'skipped', ms: 0 },
  ] as const
  const seen = {
    outcome: 'failed',
    expected: 'status 200',
    actual: `status 500, ${hostile}`,
    service: 'web',
    log: ['GET /health', 'Error: relation "x" does not exist', hostile],
    cases,
  } as const
  const run = observe(goodRun(plan), 'target.check.1', seen)
  return inputOf(plan, add(run, { type: 'evidence', file: 'logs/web.log', truncated: true }))
}

export function crashed(): ReportInput {
  const plan = makePlan(2)
  const problem = {
    code: 'CRASHED',
    message: 'web exited with code 1',
    where: 'web',
    expected: 'running',
    actual: 'exited (1)',
    hint: 'read logs/web.log',
    log: Array.from({ length: 20 }, (_, index) => `line ${index}`),
  } as const
  return inputOf(plan, failAt(goodRun(plan), 'hop.1.ready', problem))
}

export function unready(): ReportInput {
  const plan = makePlan()
  const problem = {
    code: 'FIXTURE_EMPTY',
    message: 'the fixture fixtures/prod.dump is empty (0 bytes)',
    where: 'fixtures/prod.dump',
  } as const
  return inputOf(plan, failAt(goodRun(plan), 'prepare.fixture', problem))
}

export function cancelled(): ReportInput {
  const plan = makePlan()
  const cut = exchange(
    goodRun(plan),
    (entry) => entry.type === 'step-finished' && entry.step.startsWith('target.'),
  ).slice(0, 30)
  return inputOf(plan, add(cut, { type: 'cancelled', signal: 'SIGINT' }))
}
