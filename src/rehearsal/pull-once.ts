import type { ResolvedImage } from '../releases/release.ts'
import { buildImage } from '../stack/build.ts'
import type { Engine } from '../stack/engine.ts'
import type { StackReader } from '../stack/make-stack.ts'
import { pullImages } from '../stack/pull.ts'
import type { Run } from './begin.ts'

export type Pull = (references: readonly string[], signal: AbortSignal) => Promise<readonly ResolvedImage[]>

/** Gets the images of a rehearsal the first time that somebody asks: a tag must not move between two looks at it. */
export function pullOnce(engine: Engine, run: Run, reader: StackReader): Pull {
  let pulling: Promise<readonly ResolvedImage[]> | undefined
  return (references, signal) => {
    const build = (reference: string) => {
      const spec = reader.builds.get(reference)
      return spec && buildImage(engine, run.id, run.scratch, reference, spec, signal)
    }
    pulling ??= pullImages(engine, references, signal, (image) => run.journal.write({ type: 'image', image }), build)
    return pulling
  }
}
