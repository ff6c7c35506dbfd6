import { toProblem } from '../errors.ts'
import type { Phase, Stage } from '../plan/plan.ts'
import type { RunPorts } from './ports.ts'

/** Keeps what would be gone once something is removed: logs, and the state of every container. */
export class Evidence {
  readonly #ports: Pick<RunPorts, 'stack' | 'journal' | 'openLog'>
  /** Folder for the logs of what runs now; empty while nothing runs that was not kept yet. */
  #running = ''
  /** How often logs went into a folder: a second time they must not take the place of the first. */
  readonly #kept = new Map<string, number>()

  constructor(ports: Pick<RunPorts, 'stack' | 'journal' | 'openLog'>) {
    this.#ports = ports
  }

  /** From now on, what containers print belongs to this phase; what was printed until now is kept first. */
  async begin(phase: string, signal: AbortSignal): Promise<void> {
    if (this.#running !== phase) await this.keepLogs(signal)
    this.#running = phase
  }

  /** A log that can't be kept is said, not thrown. */
  async keepLogs(signal: AbortSignal): Promise<void> {
    const { stack, openLog, journal } = this.#ports
    const phase = this.#running
    if (phase === '') return
    this.#running = ''
    const times = (this.#kept.get(phase) ?? 0) + 1
    this.#kept.set(phase, times)
    const folder = times === 1 ? phase : `${phase}-${times}`
    await stack
      .saveLogs((container) => openLog(folder, container), signal)
      .catch((cause) => {
        const problem = toProblem(cause)
        // That the engine is gone is the cause, and the lost log only one of its effects.
        const code = problem.code === 'ENGINE_LOST' ? problem.code : 'EVIDENCE_LOST'
        journal.write({ type: 'problem', problem: { ...problem, code } })
      })
  }

  async keepStates(stage: Stage, moment: 'end' | 'failure'): Promise<void> {
    const containers = await this.#ports.stack.containers().catch((cause) => {
      const problem = toProblem(cause)
      // Of a step that failed, its own account is the better one.
      if (moment === 'end' && problem.code === 'ENGINE_LOST') this.#ports.journal.write({ type: 'problem', problem })
    })
    if (containers && containers.length > 0)
      this.#ports.journal.write({ type: 'containers', ...placeOf(stage), moment, containers })
  }
}

/** Where containers were seen: of the ways back, each is a place of its own. */
export function placeOf({ phase, key }: Stage): { readonly phase: Phase; readonly stage?: string } {
  return phase === 'rollback' && key !== undefined ? { phase, stage: key } : { phase }
}
