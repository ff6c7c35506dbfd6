import { RehearsalError } from '../errors.ts'
import type { Throwaway } from './throwaway.ts'

const mountPoint = '/volume'

/** Runs a command in a volume's own folder, in a throwaway container. Throws STEP_FAILED with what it said. */
export async function inVolume(
  throwaway: Throwaway,
  volume: string,
  argv: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const result = await throwaway.run([`${volume}:${mountPoint}`], argv, signal, mountPoint)
  if (result.exitCode === 0) return
  const said = result.stderr.trim().split('\n').at(-1) ?? `exit code ${result.exitCode}`
  throw new RehearsalError('STEP_FAILED', `${argv[0]} in the volume failed: ${said}`)
}
