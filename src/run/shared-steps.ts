import { createHash } from 'node:crypto'
import { copyFile, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isFit, openEntry } from '../cache/read-entry.ts'
import { writeEntry } from '../cache/write-entry.ts'
import { RehearsalError } from '../errors.ts'
import type { Plan, Step } from '../plan/plan.ts'
import { pathId } from '../versions/index.ts'
import type { Entry } from './journal.ts'
import type { Memory } from './memory.ts'
import type { Scene, Spot } from './scene.ts'
import { tellable } from './tellable.ts'
import type { Branch } from './trunk.ts'

/** Where a rehearsal goes on after what it took over. */
export interface Taken {
  readonly branch: Branch
  /** Place of the next stage. */
  readonly next: number
}

/** A state that other paths may have in common with this one. */
interface Kept {
  readonly hops: number
  /** Place of the stage that keeps it. */
  readonly at: number
  readonly step: Step
}

/**
 * Puts this path to the furthest state that another one has reached by the same steps; undefined where there is none yet.
 * The checkpoint of the baseline is made as well: what is tried a second time, and the ways back, start from it.
 */
export async function takeShared(scene: Scene, { signal }: Spot): Promise<Taken | undefined> {
  const { plan, journal, stack } = scene.ports
  const { trunk, reportDir, target } = sharedOf(scene)
  const found = keptStates(plan).flatMap((kept) => {
    const branch = trunk.find(keyOf(scene, kept), target)
    return branch ? [{ kept, branch }] : []
  })
  const [baseline, furthest] = [found[0], found.at(-1)]
  if (!furthest || baseline?.kept.hops !== 0) return undefined
  const { kept, branch } = furthest
  await stack.create(0, signal)
  if (!(await unpack(scene, baseline.branch, 0, signal))) return undefined
  if (kept.hops > 0) {
    await stack.checkpoint('baseline', signal)
    await stack.create(kept.hops, signal)
    if (!(await unpack(scene, branch, kept.hops, signal))) {
      throw new RehearsalError('FIXTURE_CORRUPT', `the state that ${branch.path} left can't be taken over`)
    }
  }
  await copyLogs(branch.entries, branch.reportDir, reportDir)
  const release = plan.releases[kept.hops]?.version ?? ''
  journal.write({ type: 'shared', path: branch.path, runId: branch.runId, release })
  journal.replay([...branch.entries, ...keptBefore(kept.step)])
  scene.recall(branch.memory.scene)
  return { branch, next: kept.at + 1 }
}

/** Keeps the state for the other paths. That it can't be kept is told, and ends nothing. */
export async function keepShared(
  scene: Scene,
  step: Extract<Step, { do: 'keep-shared' }>,
  { signal }: Spot,
  remember: () => Memory,
): Promise<string> {
  const { stack, plan, journal } = scene.ports
  const { trunk, ...own } = sharedOf(scene)
  const prefix = plan.releases.slice(0, step.hops + 1).map(({ version }) => version)
  try {
    const kept = keptStates(plan).find(({ hops }) => hops === step.hops) as Kept
    const key = keyOf(scene, kept)
    if (trunk.has(key)) return 'another path has kept it'
    // What was printed until here is evidence for all of them.
    await scene.evidence.keepLogs(signal)
    const entry = { key, facts: { volumes: stack.volumeKeys }, createdAt: new Date().toISOString() }
    await writeEntry(trunk.folder, entry, await stack.packVolumes(signal), signal)
    trunk.grow({ ...own, key, entries: ownEntries(plan, journal.entries, step), memory: remember() })
    return `for other paths from ${pathId(prefix)} on`
  } catch (thrown) {
    return `not kept: ${tellable(thrown, signal)}`
  } finally {
    trunk.settle(pathId(prefix))
  }
}

function sharedOf({ ports }: Scene) {
  if (!ports.shared) throw new RehearsalError('INTERNAL', 'nothing is shared with other paths')
  return ports.shared
}

function keptStates({ stages }: Plan): Kept[] {
  return stages.flatMap(({ steps }, at) =>
    steps.flatMap((step) => (step.do === 'keep-shared' ? [{ hops: step.hops, at, step }] : [])),
  )
}

/** Two paths have a state in common where the same steps on the same images lead to it. */
function keyOf({ ports: { plan }, images }: Scene, { hops, at }: Kept): string {
  const releases = plan.releases.slice(0, hops + 1)
  const references = releases.flatMap((release) => release.images.map(({ reference }) => reference))
  const ids = references.map((reference) => images.find((image) => image.reference === reference)?.id)
  const stages = plan.stages.slice(0, at + 1).filter(({ phase }) => phase !== 'prepare')
  return createHash('sha256')
    .update(JSON.stringify([stages, releases, ids]))
    .digest('hex')
}

/** False where the stack has other volumes: a later release of only one of the paths may bring one. */
async function unpack(scene: Scene, { key }: Branch, release: number, signal: AbortSignal): Promise<boolean> {
  const { stack } = scene.ports
  const opened = await openEntry(sharedOf(scene).trunk.folder, key, signal)
  if (opened.kind !== 'found') return false
  try {
    if (!isFit(opened, stack.volumeKeys)) return false
    await stack.unpackVolumes(opened.stream(), signal, release)
    return true
  } finally {
    await opened.close()
  }
}

/** What has led here, without the preparations, which each path makes itself. */
function ownEntries(plan: Plan, entries: readonly Entry[], { id }: Step): Entry[] {
  const prepared = new Set(
    plan.stages.filter(({ phase }) => phase === 'prepare').flatMap(({ steps }) => steps.map((step) => step.id)),
  )
  const begun = entries.findIndex((entry) => entry.type === 'step-started' && !prepared.has(entry.step))
  return entries.slice(begun).filter((entry) => !('step' in entry && (entry.step === id || prepared.has(entry.step))))
}

/** Where it was written down, the state was only about to be kept. */
function keptBefore({ id: step }: Step): Entry[] {
  const at = new Date().toISOString()
  return [
    { type: 'step-started', step, at },
    { type: 'step-finished', step, ms: 0, outcome: 'done', note: 'by another path', at },
  ]
}

/** Of the baseline that several paths have in common; undefined where there is none. */
export function baselineKey(scene: Scene): string | undefined {
  const [baseline] = keptStates(scene.ports.plan)
  return baseline && keyOf(scene, baseline)
}

/** The logs of a report were redacted when they were written. */
export async function copyLogs(entries: readonly Entry[], from: string, reportDir: string): Promise<void> {
  const files = entries.flatMap((entry) => (entry.type === 'evidence' ? [entry.file] : []))
  await Promise.all(
    [...new Set(files)].map(async (file) => {
      await mkdir(dirname(join(reportDir, file)), { recursive: true })
      await copyFile(join(from, file), join(reportDir, file))
    }),
  )
}
