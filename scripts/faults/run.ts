import pLimit from 'p-limit'
import { type Bystanders, startBystanders } from './bystanders.ts'
import { type Promised, promiseOf, type Trial } from './fault.ts'
import { broken, gotOf, isFalse } from './outcome.ts'
import { openScene } from './scene.ts'
import { openShared, type Shared } from './shared.ts'

/** `pending`: it is known not to hold yet. */
export type Mark = 'kept' | 'broken' | 'pending'

export interface Result {
  readonly trial: Trial
  readonly promised: Promised
  readonly got: string
  readonly mark: Mark
  /** The verdict is another one than promised. */
  readonly isFalse: boolean
  readonly complaints: readonly string[]
  readonly output: string
  readonly ms: number
}

/** Each waits for containers most of its time; those in which time counts run alone. */
const atOnce = 3

let isStopped = false

/** Nothing more is begun. */
export function stopTrials(): void {
  isStopped = true
}

/** Injects each fault and compares what came of it with what was promised. Never throws for what a fault does. */
export async function runTrials(trials: readonly Trial[], onResult: (result: Result) => void): Promise<Result[]> {
  const bystanders = await startBystanders()
  const shared = openShared()
  try {
    const one = async (trial: Trial) => {
      if (isStopped) return []
      const result = await runTrial(trial, shared, bystanders)
      onResult(result)
      return [result]
    }
    const limit = pLimit(atOnce)
    const together = trials.filter(({ fault }) => !fault.alone)
    const results = (await Promise.all(together.map((trial) => limit(() => one(trial))))).flat()
    for (const trial of trials.filter(({ fault }) => fault.alone)) results.push(...(await one(trial)))
    return results.toSorted((a, b) => trials.indexOf(a.trial) - trials.indexOf(b.trial))
  } finally {
    await shared.end()
    await bystanders.remove()
  }
}

async function runTrial(trial: Trial, shared: Shared, bystanders: Bystanders): Promise<Result> {
  const { fault, ...choice } = trial
  const promised = promiseOf(trial)
  const startedAt = performance.now()
  const scene = await openScene(shared)
  try {
    const ran = await fault.inject(scene, choice)
    scene.complaints.unshift(...broken(promised, ran))
    scene.complaints.push(...(await bystanders.complaints()))
    const ms = performance.now() - startedAt
    const wrong = isFalse(promised, ran)
    return { trial, promised, got: gotOf(ran), ...marked(trial, scene.complaints, wrong), output: ran.output, ms }
  } catch (cause) {
    const complaints = [...scene.complaints, `the harness itself failed: ${(cause as Error).stack ?? cause}`]
    const ms = performance.now() - startedAt
    return { trial, promised, got: 'nothing', mark: 'broken', isFalse: false, complaints, output: '', ms }
  } finally {
    await scene.end()
  }
}

function marked(
  { fault }: Trial,
  complaints: readonly string[],
  wrong: boolean,
): Pick<Result, 'mark' | 'complaints' | 'isFalse'> {
  if (fault.pending === undefined)
    return { mark: complaints.length === 0 ? 'kept' : 'broken', complaints, isFalse: wrong }
  // What holds is not pending any more, and has to be asked for from now on.
  if (complaints.length === 0)
    return { mark: 'broken', complaints: [`it holds, and is listed as pending: ${fault.pending}`], isFalse: false }
  return { mark: 'pending', complaints, isFalse: false }
}
