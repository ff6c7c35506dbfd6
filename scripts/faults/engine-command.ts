import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const call = promisify(execFile)

/** How an engine is reached. */
export interface Reach {
  readonly env: Readonly<Record<string, string>>
  /** What a program is started with to be where the engine publishes its ports. */
  readonly prefix: readonly string[]
}

/** The machine's own engine. */
export const ownMachine: Reach = { env: {}, prefix: [] }

export async function ask(reach: Reach, ...args: readonly string[]): Promise<string> {
  const env = { ...process.env, ...reach.env }
  return (await call('docker', args, { env, maxBuffer: 64 * 1024 * 1024, timeout: 120_000 })).stdout
}

const lists = {
  container: ['ps', '--all'],
  network: ['network', 'ls'],
  volume: ['volume', 'ls'],
  image: ['image', 'ls'],
} as const

/** Everything on an engine that carries a run's label. */
export async function labelled(reach: Reach, runId: string): Promise<string[]> {
  const filter = ['--quiet', '--filter', `label=upgrade-rehearsal.run=${runId}`]
  const found = await Promise.all(
    Object.entries(lists).map(async ([kind, list]) => {
      const ids = (await ask(reach, ...list, ...filter)).split('\n').filter(Boolean)
      return ids.map((id) => `${kind} ${id}`)
    }),
  )
  return found.flat()
}
