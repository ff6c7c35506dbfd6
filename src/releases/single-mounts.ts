import type { Config } from '../config/index.ts'
import type { ImageUse, Mount } from './release.ts'

/** Volumes of a single image as they are written, `name:/path`; those that are only read are nobody's data. */
export function singleMounts(stack: Config['stack']): Pick<ImageUse, 'mounts'> {
  const lines = stack.kind === 'single' ? stack.volumes : []
  const mounts = lines.flatMap((line): Mount[] => {
    const [volume = '', target = '', mode] = line.split(':')
    return mode === 'ro' ? [] : [{ volume, target }]
  })
  return mounts.length > 0 ? { mounts } : {}
}
