import { toProblem } from '../errors.ts'
import { ErrorKinds } from '../logs/error-kinds.ts'
import { type LineReader, readErrors } from '../logs/error-reader.ts'
import { type LogMoment, LogMoments } from '../logs/log-moments.ts'
import type { Phase, Stage } from '../plan/plan.ts'
import type { RunPorts } from './ports.ts'

type Ports = Pick<RunPorts, 'stack' | 'journal' | 'openLog'> & {
  readonly config: Pick<RunPorts['config'], 'logs'>
}

/** Keeps what would be gone once something is removed: logs with the errors in them, and the state of every container. */
export class Evidence {
  readonly #ports: Ports
  /** Folder for the logs of what runs now; empty while nothing runs that was not kept yet. */
  #running = ''
  /** How often logs went into a folder: a second time they must not take the place of the first. */
  readonly #kept = new Map<string, number>()
  readonly #moments = new LogMoments()
  readonly #expected: readonly RegExp[]

  constructor(ports: Ports) {
    this.#ports = ports
    this.#expected = ports.config.logs.expect.map((one) => new RegExp(one))
  }

  /** How often logs went into each folder. */
  get kept(): ReadonlyMap<string, number> {
    return new Map(this.#kept)
  }

  recall(kept: ReadonlyMap<string, number>): void {
    for (const [folder, times] of kept) this.#kept.set(folder, times)
  }

  /** From now on, what containers print belongs to this phase; what was printed until now is kept first. */
  async begin(phase: string, signal: AbortSignal): Promise<void> {
    if (this.#running !== phase) await this.keepLogs(signal)
    this.#running = phase
  }

  /** From now on, lines are printed by what starts, is ready or stops. */
  during(moment: LogMoment): void {
    this.#moments.begin(moment, Date.now())
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
    const errors = new Map<string, ErrorKinds>()
    const readers: LineReader[] = []
    const read = (service: string) => {
      const own = errors.get(service) ?? new ErrorKinds()
      errors.set(service, own)
      const reader = readErrors(own, this.#moments, this.#expected)
      readers.push(reader)
      return reader.push
    }
    await stack
      .saveLogs((container) => openLog(folder, container, read(container.service)), signal)
      .catch((cause) => {
        const problem = toProblem(cause)
        // That the engine is gone is the cause, and the lost log only one of its effects.
        const code = problem.code === 'ENGINE_LOST' ? problem.code : 'EVIDENCE_LOST'
        journal.write({ type: 'problem', problem: { ...problem, code } })
      })
    for (const reader of readers) reader.end()
    const services = [...errors].map(([service, { all, more }]) => ({
      service,
      kinds: all,
      ...(more ? { more } : {}),
    }))
    journal.write({ type: 'errors-logged', logs: phase, services })
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

/** Where containers were seen: each of the ways back is a place of its own, and so is a second start. */
export function placeOf({ phase, key, secondStart }: Stage): { readonly phase: Phase; readonly stage?: string } {
  if (secondStart) return { phase, stage: 'second-start' }
  return phase === 'rollback' && key !== undefined ? { phase, stage: key } : { phase }
}
