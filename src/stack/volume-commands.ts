import { randomUUID } from 'node:crypto'
import { RehearsalError } from '../errors.ts'
import { asking, type Engine } from './engine.ts'
import { prefixOf, roleLabel, runLabels } from './labels.ts'

const mountPoint = '/volume'

/** Runs a command in a volume's own folder, in a throwaway container without any network. Throws STEP_FAILED with what it said. */
export async function inVolume(
  engine: Engine,
  runId: string,
  image: string,
  volume: string,
  argv: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const container = await asking(() =>
    engine.api.createContainer({
      name: `${prefixOf(runId)}_volume_${randomUUID().slice(0, 8)}`,
      Image: image,
      Entrypoint: argv.slice(0, 1),
      Cmd: argv.slice(1),
      User: '0:0',
      WorkingDir: mountPoint,
      Labels: { ...runLabels(runId), [roleLabel]: 'loader' },
      HostConfig: { Binds: [`${volume}:${mountPoint}`], NetworkMode: 'none' },
    }),
  )
  try {
    const result = await engine.docker(['start', '--attach', container.id], { signal })
    if (result.exitCode === 0) return
    const said = result.stderr.trim().split('\n').at(-1) ?? `exit code ${result.exitCode}`
    throw new RehearsalError('STEP_FAILED', `${argv[0]} in the volume failed: ${said}`)
  } finally {
    await container.remove({ force: true, v: true }).catch(() => undefined)
  }
}
