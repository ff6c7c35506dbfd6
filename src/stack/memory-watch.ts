import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import type { ContainerState } from '../run/journal.ts'
import { asking, type Engine } from './engine.ts'
import { runLabel } from './labels.ts'

/**
 * Hears which containers of a run had a process ended for lack of memory. Of one that goes on without that process, an
 * older engine says so only at that moment, and of those moments it keeps only the last few.
 */
export class MemoryWatch {
  readonly #starved = new Map<string, number>()
  #events: Readable | undefined

  async open({ api }: Engine, runId: string): Promise<void> {
    const filters = { event: ['oom'], label: [`${runLabel}=${runId}`] }
    const events = (await asking(() => api.getEvents({ filters }))) as Readable
    this.#events = events
    const decoder = new StringDecoder('utf8')
    let rest = ''
    // A lost engine is noticed by whoever asks it for something.
    events.on('error', () => undefined)
    events.on('data', (chunk: Buffer) => {
      const lines = (rest + decoder.write(chunk)).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line.trim() !== '') this.#hear(line)
    })
  }

  #hear(line: string): void {
    const { id, timeNano } = JSON.parse(line) as { readonly id: string; readonly timeNano: number }
    this.#starved.set(id, timeNano / 1e6)
  }

  /** The state with what was heard of this life of the container. */
  told(id: string, state: ContainerState): ContainerState {
    const at = this.#starved.get(id)
    return at !== undefined && at >= Date.parse(state.startedAt ?? '') ? { ...state, outOfMemory: true } : state
  }

  close(): void {
    this.#events?.destroy()
  }
}
