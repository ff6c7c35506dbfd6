import { rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Problem, RehearsalError } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import type { Edge, Request } from '../request.ts'
import { Journal } from '../run/journal.ts'
import { makeScratch, newRunId } from '../stack/scratch.ts'
import type { Swept } from '../stack/sweep.ts'
import { unplannedVerdict } from '../verdict/judge.ts'
import type { BumpEvidence } from '../verdict/verdict.ts'
import { pathId } from '../versions/index.ts'

/** One rehearsal from its first second on: its id, its journal, its folders. */
export interface Run {
  readonly id: string
  /** The name of the path, where the request tells it. */
  readonly path: string | undefined
  readonly bump: BumpEvidence | undefined
  readonly reproducible: boolean
  readonly journal: Journal
  readonly reportDir: string
  /** The run's own temporary folder. */
  readonly scratch: string
  readonly startedAt: string
  /** Set once there is an engine that may hold something of this run. */
  sweep: (() => Promise<Swept>) | undefined
  /** What kept the journal from being written to its end. */
  unwritten(): Problem | undefined
  /** Removes all that the run created; safe to call again. */
  remove(): Promise<void>
}

/** The name of its path: as the request has it, else by the releases that were found; undefined before. */
export function pathOf({ path }: Run, { releases }: Plan): string | undefined {
  return path ?? (releases.length > 0 ? pathId(releases.map(({ version }) => version)) : undefined)
}

/** In the report folder while a run is at work: room on the disk for its verdict. */
export const roomFile = '.room-for-the-verdict'

/** From here on, whatever kills this process leaves a verdict that says so and a run id to clean up by. */
export async function beginRun(request: Request, edge: Edge): Promise<Run> {
  const id = newRunId()
  edge.onRun(id)
  const startedAt = new Date().toISOString()
  const reportDir = resolve(edge.cwd, request.reportDir)
  await removeOldReport(reportDir)
  const first = unplannedVerdict({ runId: id, name: request.config ?? 'rehearsal', at: startedAt, path: request.path })
  await edge.sink.writeFile(join(reportDir, 'verdict.json'), JSON.stringify(first))
  await edge.sink.reserve(join(reportDir, roomFile))
  const journal = new Journal(() => new Date())
  const file = edge.sink.appendFile(join(reportDir, 'journal.jsonl'))
  journal.listen({ onEntry: (entry) => file.append(entry) })
  const scratch = await makeScratch(id)
  let removing: Promise<void> | undefined
  const run: Run = {
    id,
    path: request.path,
    bump: request.bump,
    reproducible: request.reproducible ?? false,
    journal,
    reportDir,
    scratch,
    startedAt,
    sweep: undefined,
    unwritten: () => {
      const cause = file.error as NodeJS.ErrnoException | undefined
      const code = cause?.code === 'ENOSPC' || cause?.code === 'EDQUOT' ? 'NO_SPACE' : 'EVIDENCE_LOST'
      return cause && { code, message: `can't write journal.jsonl: ${cause.message}`, where: 'journal.jsonl' }
    },
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
  try {
    const swept = await run.sweep?.()
    if (swept) {
      const { containers, networks, volumes } = swept
      run.journal.write({ type: 'removed', containers, networks, volumes })
    }
  } finally {
    // With the engine gone too: production's settings are in there.
    await rm(run.scratch, { recursive: true, force: true })
  }
}

/**
 * What an earlier run left in the report folder must not be taken for this one's. The logs are ours only beside a
 * verdict: a project's own folder may have been named, and hold others. Throws EVIDENCE_LOST.
 */
async function removeOldReport(folder: string): Promise<void> {
  const earlier = await stat(join(folder, 'verdict.json')).catch(() => undefined)
  const names = [roomFile, 'verdict.json', 'junit.xml', 'summary.md', 'journal.jsonl', ...(earlier ? ['logs'] : [])]
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true }))).catch((cause) => {
    const message = `can't replace the report in ${folder}: ${(cause as Error).message}`
    throw new RehearsalError('EVIDENCE_LOST', message, { hint: 'is the report folder writable?' }, cause)
  })
}
