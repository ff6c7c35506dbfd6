export { commandLine } from './command-line.ts'
export { type Assignment, assignments, quoted } from './env-text.ts'
export { object, oneKindOf } from './object.ts'
export { filesAt, type PerRelease, type Place, perRelease } from './per-release.ts'
export { releaseAlias, releaseHost } from './release-host.ts'
export {
  captureName,
  command,
  duration,
  listOf,
  origin,
  path,
  pattern,
  service,
  sha256,
  size,
  text,
  url,
} from './scalars.ts'
export { formatBytes, plural } from './show.ts'
export { aroundSource, fillSource, namesSource } from './source-version.ts'
export { didYouMean } from './suggest.ts'
