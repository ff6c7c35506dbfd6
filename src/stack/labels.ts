import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** On everything that a run creates: removal goes by this label alone, never by a name. */
export const runLabel = 'upgrade-rehearsal.run'
/** Who runs it, so that a sweep spares what is still at work. */
export const ownerLabel = 'upgrade-rehearsal.owner'
export const serviceLabel = 'upgrade-rehearsal.service'
/** `app`, `once`, `loader` or `door`: only `app` is part of the stack under test. */
export const roleLabel = 'upgrade-rehearsal.role'

/** Names of what a run creates all start with this. */
export function prefixOf(runId: string): string {
  return `ur-${runId}`
}

export function runLabels(runId: string): Record<string, string> {
  return { [runLabel]: runId, [ownerLabel]: ownerOf(process.pid) }
}

/** Host, process and that process's start: a process id alone is given again to others. */
export function ownerOf(pid: number): string {
  return `${hostname()}/${pid}/${startOf(pid) ?? ''}`
}

/** True where the process that made something still runs; something of another host is taken as alive. */
export function isAlive(owner: string): boolean {
  const [host, pid, start] = owner.split('/')
  if (host !== hostname()) return true
  try {
    process.kill(Number(pid), 0)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const current = startOf(Number(pid))
  return current === undefined || current === start
}

/** The 22nd field of /proc/PID/stat: the start in clock ticks since boot. Undefined where there is no /proc. */
function startOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19]
  } catch {
    return undefined
  }
}
