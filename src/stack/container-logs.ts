import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { RehearsalError } from '../errors.ts'
import type { Engine } from './engine.ts'
import { joinedParts } from './joined-parts.ts'
import { withoutMark } from './log-mark.ts'
import type { CommandResult } from './stack.ts'
import { wholeLines } from './whole-lines.ts'

/** Each line that a container printed since then, streamed. `docker logs` rather than Compose's: that adds escape codes. */
export async function tellLog(
  engine: Engine,
  id: string,
  since: Date,
  onLine: (line: string) => void,
  signal: AbortSignal,
) {
  const told = (line: string) => {
    const own = withoutMark(line)
    if (own !== undefined) onLine(own)
  }
  mustTell(id, await engine.docker(['logs', '--since', since.toISOString(), id], { signal, onLine: told }))
}

/** All that a container printed since then, into a file; resolves when it is on disk. */
export async function saveLog(
  engine: Engine,
  id: string,
  since: Date,
  file: Writable,
  signal: AbortSignal,
): Promise<void> {
  const closed = once(file, 'close')
  const streams = [joinedParts(), joinedParts()] as const
  const flowing = streams.map((parts) => {
    const lines = parts.pipe(wholeLines())
    lines.pipe(file, { end: false })
    return finished(lines, { writable: false })
  })
  try {
    const argv = ['logs', '--since', since.toISOString(), '--timestamps', id]
    mustTell(id, await engine.docker(argv, { signal, stdout: streams[0], stderr: streams[1] }))
  } finally {
    for (const parts of streams) parts.end()
    await Promise.allSettled(flowing)
    file.end()
    await closed
  }
}

/** A log that could not be read is no empty log: nothing would be found in that one. */
function mustTell(id: string, result: CommandResult): void {
  if (result.exitCode === 0) return
  const said = result.stderr.trim().split('\n').at(-1) ?? ''
  throw new RehearsalError('EVIDENCE_LOST', `the log of container ${id.slice(0, 12)} can't be read: ${said}`)
}

/** What had ended before has been kept already. */
export function mayHavePrinted(
  state: { readonly Running: boolean; readonly FinishedAt: string },
  since: Date,
): boolean {
  return state.Running || since.getTime() === 0 || new Date(state.FinishedAt).getTime() >= since.getTime()
}
