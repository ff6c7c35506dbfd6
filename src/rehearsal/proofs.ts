import { toProblem } from '../errors.ts'
import type { Verdict } from '../verdict/verdict.ts'
import type { Execution } from './execute.ts'
import { type Proof, proofKey, readProof, writeProof } from './proven.ts'

/** The earlier pass that makes this rehearsal needless; undefined where there is none, where nobody keeps any, or wants to know of any. */
export async function provenBefore(execution: Execution): Promise<Proof | undefined> {
  const { config, request } = execution
  // What is to be captured has to be run.
  if (config.path.proven === undefined || request.noCache || request.capture) return undefined
  const key = await keyOf(execution)
  return key === undefined ? undefined : await readProof(config, key)
}

/** Keeps a pass for later. What can't be kept is told, and changes nothing. */
export async function keepProof(execution: Execution, verdict: Verdict): Promise<void> {
  const { config, request, run, edge } = execution
  // A warning is to be seen again until it is dealt with.
  if (config.path.proven === undefined || request.keep || verdict.verdict !== 'compatible') return
  const untold = run.told
    ? 'programs of this machine took part, and what they do is not known by their names'
    : config.network === 'open'
      ? 'the network is open, and what lies there may change'
      : undefined
  try {
    const key = untold === undefined ? await keyOf(execution) : undefined
    if (key !== undefined) return await writeProof(config, key, verdict, edge.sink)
    if (untold !== undefined) edge.print(`note: not kept as proven: ${untold}`)
  } catch (thrown) {
    edge.print(`note: not kept as proven: ${toProblem(thrown).message}`)
  }
}

/** Undefined where the images can't be had: then the rehearsal says why. */
async function keyOf(execution: Execution): Promise<string | undefined> {
  const { config, plan, reader, run, edge, pull } = execution
  const { signal } = edge
  const references = plan.stages.flatMap(({ steps }) =>
    steps.flatMap((step) => (step.do === 'pull' ? step.images : [])),
  )
  const within = AbortSignal.any([signal, AbortSignal.timeout(config.limits.pull)])
  const images = await pull(references, within).catch(() => undefined)
  return images && (await proofKey({ config, plan, releases: reader.releases, scratch: run.scratch, signal }, images))
}
