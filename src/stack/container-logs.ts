import { once } from 'node:events'
import type { Writable } from 'node:stream'
import type { Engine } from './engine.ts'
import { wholeLines } from './whole-lines.ts'

/** Each line that a container printed since then, streamed. `docker logs` rather than Compose's: that adds escape codes. */
export async function tellLog(
  engine: Engine,
  id: string,
  since: Date,
  onLine: (line: string) => void,
  signal: AbortSignal,
) {
  await engine.docker(['logs', '--since', since.toISOString(), id], { signal, onLine })
}

/** All that a container printed since then, into a file; resolves when it is on disk. */
export async function saveLog(
  engine: Engine,
  id: string,
  since: Date,
  file: Writable,
  signal: AbortSignal,
): Promise<void> {
  const [stdout, stderr] = [wholeLines(), wholeLines()]
  const closed = once(file, 'close')
  stdout.pipe(file, { end: false })
  stderr.pipe(file, { end: false })
  try {
    await engine.docker(['logs', '--since', since.toISOString(), '--timestamps', id], { signal, stdout, stderr })
  } finally {
    file.end()
    await closed
  }
}
