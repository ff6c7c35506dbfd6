import { join, relative } from 'node:path'
import { type Problem, RehearsalError } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import { failureScreen, successScreen, writeReports, writeVerdictFirst } from '../reports/index.ts'
import { type Edge, isUsersFault } from '../request.ts'
import { isPass } from '../verdict/exit-code.ts'
import { unplannedVerdict } from '../verdict/judge.ts'
import { withLostReports } from '../verdict/lost-reports.ts'
import type { BumpEvidence, Verdict } from '../verdict/verdict.ts'
import { pathOf, type Run, roomFile } from './begin.ts'
import type { Proof } from './proven.ts'

/** Writes the reports and says on one screen how it ended. A pass whose report is not whole is none. */
export async function publish(run: Run, edge: Edge, plan: Plan, given: Verdict): Promise<Verdict> {
  const path = pathOf(run, plan)
  const judged = { ...given, ...(path === undefined ? {} : { path }), ...(run.bump ? { bump: run.bump } : {}) }
  const judgedInput = { plan, verdict: judged, entries: run.journal.entries, reproducible: run.reproducible }
  await edge.sink.giveBack(join(run.reportDir, roomFile))
  const { problems } = await writeReports(edge.sink, run.reportDir, judgedInput)
  const unwritten = run.unwritten()
  const lost = unwritten ? [...problems, unwritten] : problems
  const verdict = withLostReports(judged, lost)
  const input = { ...judgedInput, verdict }
  // What there is room for now, the verdict before all: it must not tell of a pass.
  if (lost.length > 0) await writeVerdictFirst(edge.sink, run.reportDir, input)
  const reportDir = relative(edge.cwd, run.reportDir) || '.'
  const lines = isPass(verdict) ? successScreen({ verdict, reportDir }) : failureScreen({ ...input, reportDir })
  for (const line of lines) edge.print(line)
  return verdict
}

const emptyPlan: Plan = {
  name: 'rehearsal',
  strategy: '',
  releases: [],
  hops: [],
  stages: [],
  ways: [],
  back: [],
  doubts: [],
  fresh: [],
  stores: [],
  guessed: [],
  allowances: [],
  invariants: [],
  coverage: { services: [], volumes: [] },
  checks: [],
  totalMs: 0,
}

/** Where a change is no upgrade of this stack: nothing has to be rehearsed, and the verdict says so and passes. */
export async function publishUnchanged(run: Run, edge: Edge, bump: BumpEvidence): Promise<Verdict> {
  const reason = { code: 'NO_UPGRADE', message: bump.sentence, where: 'pin' }
  const nothing = unplannedVerdict({ runId: run.id, name: 'rehearsal', at: run.startedAt, reason })
  return await publish(run, edge, emptyPlan, { ...nothing, verdict: 'compatible' })
}

/** Where the very same was rehearsed before, and passed: nothing was run, and the verdict says so. */
export async function publishProven(run: Run, edge: Edge, { verdict, runId, at }: Proof): Promise<Verdict> {
  const message = `The same images, backups and configuration passed on ${at.slice(0, 10)}, in run ${runId}: nothing was run again.`
  const proven = {
    ...verdict,
    runId: run.id,
    reasons: [{ code: 'PROVEN', message, where: 'path' }],
    proven: { runId, at },
  }
  const times = { timings: [], startedAt: run.startedAt, finishedAt: new Date().toISOString() }
  return await publish(run, edge, emptyPlan, { ...proven, ...times })
}

/** Where nothing could begin: the verdict says why. A fault of the user's configuration is thrown on, after that. */
export async function publishFailure(run: Run, edge: Edge, problem: Problem, thrown: unknown): Promise<Verdict> {
  run.journal.write({ type: 'problem', problem })
  const reason = { code: problem.code, message: problem.message, where: problem.where ?? 'before the first step' }
  const verdict = unplannedVerdict({ runId: run.id, name: 'rehearsal', at: run.startedAt, path: run.path, reason })
  if (thrown instanceof RehearsalError && isUsersFault(thrown)) {
    await edge.sink.giveBack(join(run.reportDir, roomFile))
    await edge.sink.writeFile(join(run.reportDir, 'verdict.json'), JSON.stringify(verdict))
    throw thrown
  }
  const published = await publish(run, edge, emptyPlan, verdict)
  if (problem.hint) edge.print(`  next      ${problem.hint}`)
  return published
}
