import { readdir, readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'

const killAfterMs = 2_000
const lookEveryMs = 20

/** Ends a process group and resolves when nothing of it runs; what ignores SIGTERM is killed after a while. */
export async function endGroup(group: number | undefined): Promise<void> {
  if (group === undefined || !signalGroup(group, 'SIGTERM')) return
  const killAt = performance.now() + killAfterMs
  while (await isRunning(group)) {
    if (performance.now() > killAt) signalGroup(group, 'SIGKILL')
    await setTimeout(lookEveryMs)
  }
}

/**
 * An orphan that has ended stays in its group until process 1 takes notice. In a container process 1 is often a program
 * that never does, and to the signal 0 the dead look alive: where there is a /proc, it tells them apart.
 */
async function isRunning(group: number): Promise<boolean> {
  if (!signalGroup(group, 0)) return false
  const names = await readdir('/proc').catch(() => undefined)
  if (!names) return true
  const stats = await Promise.all(
    names.filter((name) => /^\d+$/.test(name)).map((name) => readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')),
  )
  return stats.some((stat) => {
    // The program's name stands in brackets and may hold anything: state, parent and group follow the last one.
    const [state, , ownGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return ownGroup === String(group) && state !== 'Z' && state !== 'X'
  })
}

/** False where the group has ended. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal)
    return true
  } catch {
    return false
  }
}
