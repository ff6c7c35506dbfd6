import { RehearsalError } from '../errors.ts'
import { type Held, isOverlay } from './held-volume.ts'
import type { VolumeRoot } from './stack.ts'
import type { Throwaway } from './throwaway.ts'

/** What a volume looks like from outside. */
export interface Look {
  readonly root: VolumeRoot
  /** True where one name of a file with several was changed in an overlay: below another one, the others would show what was. */
  readonly tornLinks: boolean
}

/** An overlay's index holds every file with several names that was changed in it; nothing else is in there. */
const script = `
set -e
turn=0
for place in "$@"; do
  torn=
  if [ -n "$place" ]; then
    index="/above/$turn/$place/work/index"
    if [ -d "$index" ]; then torn=$(ls -A "$index" | head -n 1); else torn=unknown; fi
  fi
  echo "$(stat -c '%a %u %g %Y' "/volumes/$turn") \${torn:+torn}"
  turn=$((turn + 1))
done`

/** Looks at volumes that nobody writes to, in one container. */
export async function lookAt(throwaway: Throwaway, held: readonly Held[], signal: AbortSignal): Promise<Look[]> {
  if (held.length === 0) return []
  const binds = held.flatMap((one, index) => [
    `${one.volume}:/volumes/${index}:ro`,
    ...(isOverlay(one) ? [`${one.layers[0].volume}:/above/${index}:ro`] : []),
  ])
  const places = held.map((one) => (isOverlay(one) ? one.layers[0].place : ''))
  const result = await throwaway.run(binds, ['sh', '-c', script, 'sh', ...places], signal)
  const lines = result.stdout.trim().split('\n')
  if (result.exitCode !== 0 || lines.length !== held.length) {
    throw new RehearsalError('INTERNAL', `the volumes can't be looked at: ${result.stderr.trim().split('\n').at(-1)}`)
  }
  return lines.map((line) => {
    const [mode = '', uid, gid, seconds, torn] = line.split(' ')
    const mtime = new Date(Math.max(0, Number(seconds)) * 1000)
    return {
      root: { mode: Number.parseInt(mode, 8), uid: Number(uid), gid: Number(gid), mtime },
      tornLinks: torn === 'torn',
    }
  })
}
