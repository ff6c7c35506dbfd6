import type { Config } from '../config/index.ts'
import { filesAt, type Place } from '../fields/index.ts'
import { repositoryOf } from './reference.ts'
import type { ServiceUse } from './resolve.ts'

/** What one release says of its services. */
export type Uses = ReadonlyMap<string, ServiceUse>

/** A service that only a later release has follows the pin where its image is one of those that do. */
export function followers(images: readonly Uses[], inSource: Uses, pinned: ReadonlySet<string>) {
  const repositories = new Set(
    images.flatMap((uses) =>
      [...uses].flatMap(([service, use]) => (pinned.has(service) ? repositoryOf(use.reference) : [])),
    ),
  )
  return (service: string, reference: string) =>
    pinned.has(service) || (!inSource.has(service) && repositories.has(repositoryOf(reference)))
}

/** The files of a release, where they are not the same for all. */
export function ownFiles({ stack }: Config, place: Place, version: string): string[] {
  if (stack.kind !== 'compose') return []
  const own = [stack.files, 'env-file' in stack ? stack['env-file'] : undefined]
  return own.flatMap((files) => (files && files.from !== files.to ? filesAt(files, place, version) : []))
}

/** What is built has a reference of its own for each release. */
export function isBuilt({ stack }: Config): boolean {
  return 'source' in stack && stack.source !== undefined
}

/** A service that moves in the new file without the pin would look as if the pin had moved it. */
export function hasOwnFiles({ stack }: Config): boolean {
  return stack.kind === 'compose' && stack.files.from !== stack.files.to
}
