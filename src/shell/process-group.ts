import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

const killAfterMs = 2_000
const lookEveryMs = 20

/**
 * Ends a process group, and what it has forked into groups of its own, and resolves when nothing of it runs; what ignores
 * SIGTERM is killed after a while. The first signal is sent before this returns.
 */
export async function endGroup(group: number | undefined): Promise<void> {
  if (group === undefined) return
  const family = new Set<number>()
  // Before any of it ends: then nobody tells any more whose child the others were.
  let running = livingOf(group, family)
  signalAll(group, running, 'SIGTERM')
  const killAt = performance.now() + killAfterMs
  while (running.length > 0) {
    running = livingOf(group, family)
    if (performance.now() > killAt) signalAll(group, running, 'SIGKILL')
    if (running.length > 0) await setTimeout(lookEveryMs)
  }
}

/**
 * What of the group and its forks has not ended; `family` keeps who was seen. An orphan that has ended stays in its group
 * until process 1 takes notice. In a container process 1 is often a program that never does, and to the signal 0 the dead
 * look alive: where there is a /proc, it tells them apart. Elsewhere the group stands for all.
 */
function livingOf(group: number, family: Set<number>): number[] {
  const processes = processTable()
  if (!processes) return signalOne(-group, 0) ? [-group] : []
  for (let known = -1; known !== family.size; ) {
    known = family.size
    for (const one of processes) if (one.group === group || family.has(one.parent)) family.add(one.pid)
  }
  return processes.filter(({ pid, ended }) => family.has(pid) && !ended).map(({ pid }) => pid)
}

interface Process {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly ended: boolean
}

function processTable(): Process[] | undefined {
  const names = entriesOf('/proc')?.filter((name) => /^\d+$/.test(name))
  return names?.flatMap((name) => {
    const stat = textOf(`/proc/${name}/stat`)
    // The program's name stands in brackets and may hold anything: state, parent and group follow the last one.
    const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (stat === '') return []
    return [{ pid: Number(name), parent: Number(parent), group: Number(group), ended: state === 'Z' || state === 'X' }]
  })
}

function entriesOf(folder: string): string[] | undefined {
  try {
    return readdirSync(folder)
  } catch {
    return undefined
  }
}

/** Nothing of a process that has ended meanwhile. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function signalAll(group: number, pids: readonly number[], signal: NodeJS.Signals): void {
  signalOne(-group, signal)
  for (const pid of pids) signalOne(pid, signal)
}

/** False where it has ended. */
function signalOne(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal)
    return true
  } catch {
    return false
  }
}
