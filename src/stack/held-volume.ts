import type { VolumeRoot } from './stack.ts'

/** A folder on the engine's machine, and the volume that it belongs to. */
export interface Layer {
  readonly volume: string
  /** Where in that volume: empty for all of it. */
  readonly place: string
  readonly path: string
}

/** Where a service has a volume that no file names, because its image asks for one. */
export interface Mount {
  readonly service: string
  readonly target: string
}

/** An engine's volume that stands for one of the stack's. */
export interface Held {
  readonly volume: string
  /** What it is made of, the topmost first: its own folder, or for an overlay the folders below its mount. */
  readonly layers: readonly [Layer, ...Layer[]]
  readonly mounts?: readonly Mount[]
}

/** One that nobody writes to any more, with what its own folder looks like. */
export interface Frozen extends Held {
  readonly root: VolumeRoot
}

/** True where it is laid over others rather than one of its own. */
export function isOverlay({ volume, layers }: Held): boolean {
  return layers[0].volume !== volume
}

/** Every engine volume that has to be there for this one. */
export function volumesBehind({ volume, layers }: Held): string[] {
  return [volume, ...layers.map((layer) => layer.volume)]
}
