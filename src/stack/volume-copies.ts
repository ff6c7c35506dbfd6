import { RehearsalError } from '../errors.ts'
import type { Throwaway } from './throwaway.ts'

/** A volume whose content is to be in another one, which is empty. */
export interface VolumeCopy {
  readonly from: string
  readonly to: string
}

const script = `
set -e
turn=0
while [ "$turn" -lt "$1" ]; do
  cp -a "/from/$turn/." "/to/$turn/"
  turn=$((turn + 1))
done`

/** Copies all that volumes hold, their own folders' owner and mode too, in one container. Throws NO_SPACE. */
export async function copyVolumes(
  throwaway: Throwaway,
  copies: readonly VolumeCopy[],
  signal: AbortSignal,
): Promise<void> {
  if (copies.length === 0) return
  const binds = copies.flatMap(({ from, to }, index) => [`${from}:/from/${index}:ro`, `${to}:/to/${index}`])
  const result = await throwaway.run(binds, ['sh', '-c', script, 'sh', String(copies.length)], signal)
  if (result.exitCode === 0) return
  const said = result.stderr.trim().split('\n').at(-1) ?? `exit code ${result.exitCode}`
  if (isFull(result.stderr)) throw noSpace(said)
  throw new RehearsalError('INTERNAL', `the volumes can't be copied: ${said}`)
}

/** Whatever the engine was asked for, a full disk is told as one. */
export async function tellingFull<Result>(work: Promise<Result>): Promise<Result> {
  return await work.catch((cause: Error) => {
    if (cause instanceof RehearsalError && cause.code === 'NO_SPACE') throw cause
    throw isFull(cause.message) ? noSpace(cause.message) : cause
  })
}

export function isFull(said: string): boolean {
  return /no space left|disk quota exceeded/i.test(said)
}

export function noSpace(said: string): RehearsalError {
  return new RehearsalError('NO_SPACE', `the disk is full, a volume can't be forked: ${said}`, {
    hint: 'free some disk space, then run it again',
  })
}
