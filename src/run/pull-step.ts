import { plural } from '../fields/index.ts'
import { refuseSameImages } from '../releases/same-images.ts'
import type { Scene } from './scene.ts'

/** Gets all images; what they are is what every later step runs. Throws PULL_…, NO_SPACE and SAME_IMAGE. */
export async function pullImages(scene: Scene, references: readonly string[], signal: AbortSignal): Promise<string> {
  scene.images = await scene.ports.pull(references, signal)
  refuseSameImages(scene.ports.plan, scene.images)
  const local = scene.images.filter((image) => image.source === 'local').length
  return plural(scene.images.length, 'image') + (local === 0 ? '' : `, ${local} of them only here`)
}
