import { createHash } from 'node:crypto'
import type { Plan, Stage } from '../plan/plan.ts'
import type { Entry } from './journal.ts'
import type { Scene } from './scene.ts'
import { baselineKey, copyLogs } from './shared-steps.ts'

/** Stages that follow from one fork of the baseline and have to do with the source alone, whatever the target is. */
export interface SharedStages {
  /** Keys of those that another path has done, what it found being in this one's journal now; undefined where there are none. */
  take(): Promise<readonly string[] | undefined>
  /** Keeps what was found since the journal had that many entries, where all of it went well. */
  keep(begun: number): void
  /** Others need not wait any longer. */
  settle(): void
}

/** Undefined where they are this path's own business. */
export function sharedStages(scene: Scene, stages: readonly Stage[]): SharedStages | undefined {
  const { shared, plan, journal } = scene.ports
  if (!shared || !isOfSource(stages)) return undefined
  const base = baselineKey(scene)
  if (base === undefined) return undefined
  const { trunk, ...identity } = shared
  const own = placeOf(plan)
  const key = `stages ${createHash('sha256')
    .update(general(JSON.stringify([base, stages]), own))
    .digest('hex')}`
  const take = async () => {
    if (!trunk.claim(key)) await trunk.pause(key)
    const found = trunk.stages(key, identity.target)
    if (!found) return undefined
    const titles = stages.filter(({ key = '' }) => found.made.includes(key)).map(({ title }) => title)
    journal.write({ type: 'shared-stages', path: found.path, runId: found.runId, titles })
    await copyLogs(found.entries, found.reportDir, identity.reportDir)
    journal.replay(JSON.parse(particular(JSON.stringify(found.entries), own)) as Entry[])
    return found.made
  }
  const keep = (begun: number) => {
    const entries = journal.entries.slice(begun)
    const made = madeOf(stages, entries)
    if (!made || entries.some(isFailure)) return
    const kept = JSON.parse(general(JSON.stringify(entries), own)) as Entry[]
    trunk.growStages(key, { ...identity, entries: kept, made })
  }
  return { take, keep, settle: () => trunk.settle(key) }
}

/** A fork of the baseline first, and nothing of a later release, nor anything that is made to fail. */
function isOfSource(stages: readonly Stage[]): boolean {
  const [first] = stages[0]?.steps ?? []
  if (first?.do !== 'fork' || first.name !== 'baseline') return false
  return stages.every(
    ({ phase, failing, steps }) =>
      (phase === 'control' || phase === 'rollback') &&
      !failing &&
      steps.every((step) => step.do !== 'interrupt' && !('release' in step && step.release !== 0)),
  )
}

/** The control repeats the last hop, whose number differs from path to path. */
function placeOf({ hops }: Plan): string {
  return `"control.hop${hops.length}.`
}

const anyPlace = '"control.hop*.'

function general(text: string, own: string): string {
  return text.replaceAll(own, anyPlace)
}

function particular(text: string, own: string): string {
  return text.replaceAll(anyPlace, own)
}

/** Keys of the stages that were made from their first step to their last; only a second start may be left out. */
function madeOf(stages: readonly Stage[], entries: readonly Entry[]): string[] | undefined {
  const done = new Set(entries.flatMap((entry) => (entry.type === 'step-finished' ? [entry.step] : [])))
  const made = stages.filter(({ steps }) => steps.every(({ id }) => done.has(id)))
  const left = stages.filter((stage) => !made.includes(stage))
  const isClean = left.every(({ secondStart, steps }) => secondStart && !steps.some(({ id }) => done.has(id)))
  return isClean ? made.map(({ key }) => key ?? '') : undefined
}

function isFailure(entry: Entry): boolean {
  if (entry.type === 'step-finished') return entry.outcome === 'failed'
  if (entry.type === 'check') return entry.observation.outcome !== 'passed'
  return entry.type === 'problem' || entry.type === 'cancelled' || entry.type === 'uncounted'
}
