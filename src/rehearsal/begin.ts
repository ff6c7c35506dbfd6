import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Edge, Request } from '../request.ts'
import { Journal } from '../run/journal.ts'
import { makeScratch, newRunId } from '../stack/scratch.ts'
import type { Swept } from '../stack/sweep.ts'
import { unplannedVerdict } from '../verdict/judge.ts'

/** One rehearsal from its first second on: its id, its journal, its folders. */
export interface Run {
  readonly id: string
  readonly journal: Journal
  readonly reportDir: string
  /** The run's own temporary folder. */
  readonly scratch: string
  readonly startedAt: string
  /** Set once there is an engine that may hold something of this run. */
  sweep: (() => Promise<Swept>) | undefined
  /** Removes all that the run created; safe to call again. */
  remove(): Promise<void>
}

/** From here on, whatever kills this process leaves a verdict that says so and a run id to clean up by. */
export async function beginRun(request: Request, edge: Edge): Promise<Run> {
  const id = newRunId()
  edge.onRun(id)
  const startedAt = new Date().toISOString()
  const reportDir = resolve(edge.cwd, request.reportDir)
  await removeOldReport(reportDir)
  const first = unplannedVerdict({ runId: id, name: request.config ?? 'rehearsal', at: startedAt })
  await edge.sink.writeFile(join(reportDir, 'verdict.json'), JSON.stringify(first))
  const journal = new Journal(() => new Date())
  const file = edge.sink.appendFile(join(reportDir, 'journal.jsonl'))
  journal.listen({ onEntry: (entry) => file.append(entry) })
  const scratch = await makeScratch(id)
  let removing: Promise<void> | undefined
  const run: Run = {
    id,
    journal,
    reportDir,
    scratch,
    startedAt,
    sweep: undefined,
    remove: () => {
      removing ??= removeAll(run, request).catch((cause) => {
        // The verdict stands whatever becomes of the clean-up; what is left is for people to hear of.
        edge.print(`not everything could be removed: ${(cause as Error).message}`)
        edge.print(`  try: upgrade-rehearsal clean --run ${id}`)
      })
      return removing
    },
  }
  return run
}

async function removeAll(run: Run, request: Request): Promise<void> {
  if (request.keep && run.sweep) return
  if (run.sweep) {
    const { containers, networks, volumes } = await run.sweep()
    run.journal.write({ type: 'removed', containers, networks, volumes })
  }
  await rm(run.scratch, { recursive: true, force: true })
}

/** What an earlier run left in the report folder must not be taken for this one's. */
async function removeOldReport(folder: string): Promise<void> {
  const names = ['verdict.json', 'junit.xml', 'summary.md', 'journal.jsonl', 'logs']
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })))
}
