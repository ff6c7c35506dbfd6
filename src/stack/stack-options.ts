import { RehearsalError } from '../errors.ts'
import type { ResolvedImage } from '../releases/release.ts'
import type { DoorTarget } from './door.ts'
import type { Engine } from './engine.ts'

/** What a stack is made of, whatever starts it. */
export interface StackOptions {
  readonly engine: Engine
  readonly runId: string
  readonly network: 'sealed' | 'open'
  /** Ports that checks will ask for. */
  readonly targets: readonly DoorTarget[]
  /** Volumes, as users name them, that a fixture fills: their host folder is not copied in. */
  readonly filled: ReadonlySet<string>
  /** Services of which two releases run side by side, each reachable under a name of its own. */
  readonly rolled: ReadonlySet<string>
  readonly graceMs: number
  /** Folder for this run's own files. */
  readonly scratch: string
  /** Settled once everything is pulled. */
  readonly images: Promise<readonly ResolvedImage[]>
  /** How volumes are forked: without copying them where the engine can, or always by copying. */
  readonly forks: 'auto' | 'copy'
}

/** What to hand to the engine for a reference. */
export async function imageOf({ images }: StackOptions, reference: string): Promise<string> {
  const image = (await images).find((one) => one.reference === reference)
  if (!image) throw new RehearsalError('INTERNAL', `${reference} was not pulled`)
  return image.run
}
