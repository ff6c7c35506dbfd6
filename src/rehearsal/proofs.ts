import { toProblem } from '../errors.ts'
import type { Verdict } from '../verdict/verdict.ts'
import type { Execution } from './execute.ts'
import { type Proof, proofKey, readProof, writeProof } from './proven.ts'

/** What is known of a rehearsal before it begins, and kept of it afterwards. */
export interface Proofs {
  /** The earlier pass that makes it needless. */
  readonly before: Proof | undefined
  /** Keeps a pass for later. What can't be kept is told, and changes nothing. */
  keep(verdict: Verdict): Promise<void>
}

const nothing: Proofs = { before: undefined, keep: async () => undefined }

/** Nothing is looked for where nobody keeps any, or wants to know of any. */
export async function openProofs(execution: Execution): Promise<Proofs> {
  const { config, request, edge } = execution
  if (config.path.proven === undefined || request.keep) return nothing
  const key = await keyOf(execution)
  if (key === undefined) return nothing
  // What is to be captured has to be run.
  const before = request.noCache || request.capture ? undefined : await readProof(config, key)
  const keep = async (verdict: Verdict) => {
    // A warning is to be seen again until it is dealt with.
    if (verdict.verdict !== 'compatible') return
    try {
      const why = await unprovable(execution, key)
      if (why === undefined) await writeProof(config, key, verdict, edge.sink)
      else edge.print(`note: not kept as proven: ${why}`)
    } catch (thrown) {
      edge.print(`note: not kept as proven: ${toProblem(thrown).message}`)
    }
  }
  return { before, keep }
}

/** Why the same might not have the same verdict again; undefined where it has. */
async function unprovable(execution: Execution, key: string): Promise<string | undefined> {
  if (execution.run.journal.entries.some(({ type }) => type === 'program'))
    return 'programs of this machine took part, and what they do is not known by their names'
  if (execution.config.network === 'open') return 'the network is open, and what lies there may change'
  return (await keyOf(execution)) === key ? undefined : 'a backup or a file of the stack has changed meanwhile'
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
