import type { Readable } from 'node:stream'

/** How the volumes of a fork came about. */
export interface Forked {
  /** `overlay`: copy-on-write, nothing is copied; `copy`: every byte was. */
  readonly how: 'overlay' | 'copy'
  readonly volumes: number
  /** Why it had to be a copy, where that is not what was asked for. */
  readonly why?: string
}

/** What a service has instead of what its release says; for a release that is made to fail. */
export interface Altered {
  readonly image?: string | undefined
  readonly environment?: Readonly<Record<string, string>> | undefined
  readonly command?: readonly string[] | undefined
}

/** A stack whose volumes can be frozen, and put back as often as needed. */
export interface ForkableStack {
  /**
   * Freezes what every volume holds, under a name; from here on the stack works on a fork of it. Every container must
   * have stopped. Throws NO_SPACE.
   */
  checkpoint(name: string, signal: AbortSignal): Promise<Forked>
  /** Removes every container and puts a fork of its own of that checkpoint into the place of all volumes. */
  fork(name: string, signal: AbortSignal): Promise<Forked>
  /**
   * Removes every container and puts volumes as `open` made them into the place of all: with what host folders hold,
   * unless something fills them.
   */
  fresh(filled: ReadonlySet<string>, signal: AbortSignal): Promise<void>
  /** SIGKILL to every running container of a service but those named, one-shots included; gives how many there were. */
  kill(service: string, signal: AbortSignal, spared?: ReadonlySet<string>): Promise<number>
  /** All volumes as one tar stream. Every container must have stopped. */
  packVolumes(signal: AbortSignal): Promise<Readable>
  /**
   * Fills all volumes from what `packVolumes` gave; `release` is the one whose own files lie in there, the source where
   * nothing is said. Rejects with the stream's own error first.
   */
  unpackVolumes(tar: Readable, signal: AbortSignal, release?: number): Promise<void>
}
