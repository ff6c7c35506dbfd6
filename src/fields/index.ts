export { object, oneKindOf } from './object.ts'
export { captureName, command, duration, listOf, path, pattern, service, sha256, size, text, url } from './scalars.ts'
export { formatBytes } from './show.ts'
export { didYouMean } from './suggest.ts'
