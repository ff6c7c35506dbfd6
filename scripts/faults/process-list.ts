import { readdir, readFile } from 'node:fs/promises'
import { pollUntil } from '../../src/run/poll.ts'

/** Every process whose environment holds a text, as `PID command line`. Only what this user may look into. */
export async function processesWith(text: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      const read = async (file: string) => await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
      if (!(await read('environ')).includes(text)) return []
      return [`${pid} ${(await read('cmdline')).replaceAll('\0', ' ').trim()}`]
    }),
  )
  return found.flat()
}

/** What of them is still there after so long; what was killed needs a moment to go. */
export async function lastingProcesses(text: string, withinMs: number): Promise<string[]> {
  let left: string[] = []
  const gone = async () => {
    left = await processesWith(text)
    return left.length === 0
  }
  await pollUntil(gone, { signal: AbortSignal.timeout(withinMs) }).catch(() => undefined)
  return left
}
