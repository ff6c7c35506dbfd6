import { randomUUID } from 'node:crypto'
import { finished } from 'node:stream/promises'
import { pollUntil } from '../run/poll.ts'
import { asking, type Engine } from './engine.ts'

const markForm = /upgrade-rehearsal reads the log here [0-9a-f-]{36}$/
/** How long the engine may take to write what a container has printed. */
const settleMs = 10_000
const quietMs = 250

/** A line of a log without a mark; undefined where it was nothing else. An unfinished line has the mark behind it. */
export function withoutMark(line: string): string | undefined {
  const rest = line.replace(markForm, '')
  return rest === '' && line !== '' ? undefined : rest
}

/**
 * Waits until all that a running container has printed so far stands in its log: the engine copies it there a while
 * after it was printed, and a line that is still on its way is a line that a check would miss. A mark goes the same way
 * behind it, through the main process's own output; where there is no shell to write one, the log has to be quiet.
 */
export async function awaitWrittenLog(engine: Engine, id: string, signal: AbortSignal): Promise<void> {
  const from = new Date(Date.now() - 1_000).toISOString()
  const mark = `upgrade-rehearsal reads the log here ${randomUUID()}`
  const line = `echo '${mark}'`
  const write = `${line} > /proc/1/fd/1 && ${line} > /proc/1/fd/2`
  const hasMark = await writeMark(engine, id, write)
  const until = AbortSignal.any([signal, AbortSignal.timeout(settleMs)])
  let before = -1
  const settled = async () => {
    let lines = 0
    let marks = 0
    const onLine = (text: string) => {
      lines += 1
      if (text.endsWith(mark)) marks += 1
    }
    await engine.docker(['logs', '--since', from, id], { signal, onLine })
    const quiet = lines === before
    before = lines
    return hasMark ? marks >= 2 : quiet
  }
  const pause = hasMark ? { firstMs: 20 } : { firstMs: quietMs, longestMs: quietMs }
  await pollUntil(settled, { signal: until, ...pause }).catch(() => signal.throwIfAborted())
}

/**
 * As the container's own user: another one, root included, may not open what that user's process has open.
 * Through the engine's API: a docker program of its own would take longer than all the rest.
 */
async function writeMark(engine: Engine, id: string, write: string): Promise<boolean> {
  try {
    const exec = await asking(() =>
      engine.api.getContainer(id).exec({ Cmd: ['sh', '-c', write], AttachStdout: true, AttachStderr: true }),
    )
    const output = await asking(() => exec.start({}))
    await finished(output.resume(), { writable: false })
    return (await asking(() => exec.inspect())).ExitCode === 0
  } catch {
    // No shell, or no such right: then the log has to become quiet.
    return false
  }
}
