import type { Readable } from 'node:stream'
import { pack } from 'tar-stream'
import { allEnded } from './all-ended.ts'
import { asking } from './engine.ts'
import type { Frozen, Held } from './held-volume.ts'
import type { RunVolumes } from './run-volumes.ts'
import type { VolumeRoot } from './stack.ts'
import type { Throwaway } from './throwaway.ts'
import { isFull, noSpace } from './volume-copies.ts'

/** Why volumes can't be forked without copying them here; a sentence for people. */
export class NoOverlay extends Error {}

/** Without the first, folders of a lower layer can't be renamed; without the second, hard links break. */
const needed = { redirect_dir: /^(on|Y)$/, index: /^(on|Y)$/ }
/** A kernel that has only the names of changed files in the upper layer would not find their content below the next one. */
const mountOptions = 'redirect_dir=on,index=on,metacopy=off'
/** The engine hands the options over on one page of memory. */
const longestOptions = 4_000

/** Volumes laid over others by the kernel, through the engine's own volume driver. */
export class OverlayForks {
  readonly #throwaway: Throwaway
  #proven = false

  constructor(throwaway: Throwaway) {
    this.#throwaway = throwaway
  }

  /** True where another layer would not fit on top. */
  static isTooHigh({ layers }: Held): boolean {
    // Two more folders, each with as long a path as any; and another turn may have more digits.
    const longest = Math.max(...layers.map(({ path }) => path.length))
    return optionsOf(layers.map(({ path }) => path)).length + 3 * (longest + 30) > longestOptions
  }

  /**
   * Lays a volume over each; what is written goes into folders of the volume `above`. Throws NoOverlay where that can't
   * be, and NO_SPACE.
   */
  async make(
    sources: readonly { readonly name: string; readonly frozen: Frozen }[],
    above: string,
    volumes: RunVolumes,
    signal: AbortSignal,
  ): Promise<Held[]> {
    const folder = await volumes.create(above, signal)
    const odd = [folder, ...sources.flatMap(({ frozen }) => frozen.layers.map(({ path }) => path))].find((path) =>
      /[,:\\]/.test(path),
    )
    if (odd !== undefined) throw new NoOverlay(`the engine keeps its volumes in a folder with an unusual name: ${odd}`)
    const forks = sources.map(({ name, frozen }, index): { readonly held: Held; readonly options: string } => {
      const place = String(index)
      const upper = { volume: above, place, path: `${folder}/${place}/upper` }
      const options = optionsOf(
        frozen.layers.map(({ path }) => path),
        `${folder}/${place}`,
      )
      const { mounts } = frozen
      return { options, held: { volume: name, layers: [upper, ...frozen.layers], ...(mounts ? { mounts } : {}) } }
    })
    await this.#layOut(
      above,
      sources.map(({ frozen }) => frozen.root),
      signal,
    )
    await allEnded(
      forks.map(({ held, options }) =>
        volumes.create(held.volume, signal, { type: 'overlay', device: 'overlay', o: options }),
      ),
    )
    await this.#prove(
      forks.map(({ held }) => held.volume),
      signal,
    )
    return forks.map(({ held }) => held)
  }

  /** The folders that take what is written. The whole has its owner and mode from them. */
  async #layOut(above: string, roots: readonly VolumeRoot[], signal: AbortSignal): Promise<void> {
    const into = pack()
    for (const [index, root] of roots.entries()) {
      const type = 'directory'
      const far = Object.entries({ uid: root.uid, gid: root.gid }).filter(([, id]) => id > 0o777777)
      const pax = far.length > 0 ? { pax: Object.fromEntries(far.map(([key, id]) => [key, String(id)])) } : {}
      into.entry({ name: `above/${index}/`, type, mode: 0o755 })
      into.entry({ name: `above/${index}/work/`, type, mode: 0o755 })
      // With a mode that is nought as a whole, the library would take its own.
      into.entry({ name: `above/${index}/upper/`, type, ...root, mode: root.mode | 0o40000, ...pax })
    }
    into.finalize()
    await this.#throwaway.idle(
      [`${above}:/above`],
      (container) => asking(() => container.putArchive(into as unknown as Readable, { path: '/' })),
      signal,
    )
  }

  /** They are mounted only when a container needs them, and what the kernel does not know it leaves out in silence. */
  async #prove(volumes: readonly string[], signal: AbortSignal): Promise<void> {
    if (volumes.length === 0) return
    const binds = volumes.map((volume, index) => `${volume}:/volumes/${index}`)
    if (this.#proven) {
      await this.#throwaway.idle(
        binds,
        async (container) => {
          const looking = asking(() => container.infoArchive({ path: '/volumes/0' }))
          const answer: Readable = await looking.catch((cause: Error) => {
            throw (cause as { statusCode?: number }).statusCode === undefined ? cause : cantMount(cause.message)
          })
          // A connection whose answer nobody takes stays open, and the process with it.
          answer.resume()
        },
        signal,
      )
      return
    }
    const script = 'grep " /volumes/" /proc/self/mounts; cd /sys/module/overlay/parameters && grep . redirect_dir index'
    const { exitCode, stdout, stderr } = await this.#throwaway.run(binds, ['sh', '-c', script], signal)
    if (exitCode !== 0 && stdout === '') throw cantMount(stderr)
    const why = whatIsMissing(stdout, volumes.length)
    if (why !== undefined) throw new NoOverlay(why)
    this.#proven = true
  }
}

function optionsOf(lower: readonly string[], above = ''): string {
  return `lowerdir=${lower.join(':')},upperdir=${above}/upper,workdir=${above}/work,${mountOptions}`
}

function cantMount(said: string): Error {
  if (isFull(said)) return noSpace(said.trim())
  const reason = /failed to mount local volume: .*?: ([^:]+?)[.\s]*$/m.exec(said)?.[1] ?? said.trim().split('\n').at(-1)
  return new NoOverlay(`the engine can't lay one volume over another here: ${reason}`)
}

/** What the kernel's own words lack: it names an option only where it is not the module's own. */
export function whatIsMissing(said: string, volumes: number): string | undefined {
  const mounts = [...said.matchAll(/^\S+ \/volumes\/\d+ (\S+) (\S+)/gm)]
  if (mounts.length !== volumes || mounts.some(([, type]) => type !== 'overlay')) {
    return 'the engine does not lay one volume over another here'
  }
  for (const [option, on] of Object.entries(needed)) {
    const usual = new RegExp(`^${option}:(\\S+)$`, 'm').exec(said)?.[1] ?? 'unknown'
    const own = mounts.map(([, , options = '']) => new RegExp(`(?:^|,)${option}=([^,]*)`).exec(options)?.[1] ?? usual)
    const off = own.find((value) => !on.test(value))
    if (off !== undefined) return `the kernel lays folders over each other without ${option} here (${off})`
  }
  return undefined
}
