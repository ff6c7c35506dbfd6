import { join, relative } from 'node:path'
import { type Config, stackHome } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { filesAt, type PerRelease, releaseAlias, releaseHost } from '../fields/index.ts'
import type { Change } from '../plan/plan.ts'
import type { Release } from '../releases/release.ts'
import type { Reading, ReadStack } from '../releases/resolve.ts'
import type { CommandPort } from '../shell/command.ts'
import type { BuildSpec } from './build.ts'
import { type ComposeService, replicasOf } from './compose-model.ts'
import { mountsOf } from './compose-mounts.ts'
import { ComposeStack } from './compose-stack.ts'
import { configChanges } from './config-changes.ts'
import type { DoorTarget } from './door.ts'
import { readEnvFile } from './env-file.ts'
import { type ComposeRead, readCompose } from './read-compose.ts'
import { SingleStack, singleService } from './single-stack.ts'
import { sourceFolder } from './source-folder.ts'
import type { Stack } from './stack.ts'
import type { StackOptions } from './stack-options.ts'
import { refuseUnsafe } from './unsafe.ts'

/** Reads the user's stack for each release; what was read is kept for `makeStack`. */
export interface StackReader {
  readonly read: ReadStack
  /** By place in the path; empty for a single image. */
  readonly releases: ComposeRead[]
  /** What is built from source, by the reference that releases have for it. */
  readonly builds: ReadonlyMap<string, BuildSpec>
}

export function makeReader(
  config: Config,
  scratch: string,
  shell: CommandPort,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): StackReader {
  const releases: ComposeRead[] = []
  const builds = new Map<string, BuildSpec>()
  const { stack, folder } = config
  const read: ReadStack = async (reading) => {
    if (stack.kind === 'single') throw new RehearsalError('INTERNAL', 'a single image has no file to read')
    const { index, place, version, ref } = reading
    const filesOf = (files: PerRelease | undefined) => (files ? filesAt(files, place, version) : [])
    const own = await sourceFolder({ config, scratch, shell, env, signal }, reading)
    const source = {
      folder: own,
      laidOutFrom: 'source' in stack && stack.source?.git !== undefined ? folder : undefined,
      files: filesOf(stack.files),
      // A new file takes the old one's place: what is beside it stays beside it.
      home: stack.files.from[0] as string,
      at: config.at(['stack']),
      envFiles: 'env-file' in stack ? filesOf(stack['env-file']) : [],
      profiles: ('profiles' in stack && stack.profiles) || [],
      replaced: own === folder ? reading.replaced : moved(reading.replaced, folder, own),
      viewRoot: join(scratch, `view-${index}`),
      pinned: reading.pinned,
      variables: reading.variables,
    }
    const found = await readCompose(source, shell, env, signal)
    refuseUnsafe(found.model)
    releases[index] = found
    const built = 'source' in stack ? stack.source : undefined
    return new Map(
      Object.entries(found.model.services).map(([name, service]) => {
        const replicas = replicasOf(service)
        const mounts = mountsOf(service, found, folder)
        const use = {
          reference: referenceOf(name, service, built, ref, builds),
          ...(mounts.length > 0 ? { mounts } : {}),
        }
        return [name, replicas === 1 ? use : { ...use, replicas }]
      }),
    )
  }
  return { read, releases, builds }
}

/** The image that a service names, or a name for the one that is built for this release. */
function referenceOf(
  name: string,
  service: ComposeService,
  source: { readonly pull: boolean } | undefined,
  ref: string,
  builds: Map<string, BuildSpec>,
): string {
  if (!source || service.build === undefined) return requireImage(name, service.image)
  const reference = `source/${name.toLowerCase()}:${ref}`
  builds.set(reference, { service: name, build: service.build as BuildSpec['build'], pull: source.pull })
  return reference
}

/** Files of the operator's beside the release's own ones. */
function moved(replaced: Reading['replaced'], from: string, to: string): Map<string, string | Buffer> {
  const own = (path: string) => {
    const inside = relative(from, path)
    return inside.startsWith('..') ? path : join(to, inside)
  }
  return new Map([...replaced].map(([path, content]) => [own(path), content]))
}

function requireImage(service: string, image: string | undefined): string {
  if (image !== undefined) return image
  throw new RehearsalError('STACK_INVALID', `service "${service}" is built from source and names no image`, {
    where: service,
    hint: 'add "source: { git: . }" or "source: { checkout: . }" to the stack to have it built, or an "image:" beside "build:"',
  })
}

/** The env-file of a single image is read only when it starts: that it is there is seen before. Throws STACK_INVALID. */
export async function requireSettings({ stack, folder, at }: Config): Promise<void> {
  if (stack.kind !== 'single' || stack['env-file'] === undefined) return
  await readEnvFile(folder, stack['env-file'], at(['stack', 'env-file']))
}

/** What differs between neighbours on the path, a list for each hop. */
export function changesOf(reader: StackReader, releases: number): Change[][] {
  const pairs = reader.releases.slice(0, releases).map((read, index, all) => [all[index - 1], read] as const)
  return pairs.slice(1).map(([before, after]) => (before ? configChanges(before.model, after.model) : []))
}

/** The stack of a rehearsal: nothing is created yet. */
export async function makeStack(
  config: Config,
  releases: readonly Release[],
  reader: StackReader,
  options: StackOptions,
): Promise<Stack> {
  const { stack } = config
  if (stack.kind === 'compose') {
    // An image that the command line names takes the place of what the file says.
    const reads = releases.map((release, index) => withImages(reader.releases[index] as ComposeRead, release))
    return new ComposeStack(options, reads)
  }
  const fromFile = stack['env-file'] === undefined ? {} : await readEnvFile(config.folder, stack['env-file'])
  const spec = {
    volumes: stack.volumes,
    env: { ...fromFile, ...stack.env },
    ...(stack.command ? { command: stack.command } : {}),
  }
  return new SingleStack(
    options,
    spec,
    releases.map((release) => release.images[0]?.reference as string),
  )
}

function withImages(read: ComposeRead, release: Release): ComposeRead {
  const services = Object.fromEntries(
    Object.entries(read.model.services).map(([name, service]) => {
      const use = release.images.find((image) => image.service === name)
      return [name, use ? { ...service, image: use.reference } : service]
    }),
  )
  return { ...read, model: { ...read.model, services } }
}

/** Every port that something on the host will ask for: those the stack publishes and those the checks name. */
export function doorTargets(config: Config, reader: StackReader, urls: readonly string[]): DoorTarget[] {
  const published = reader.releases.flatMap((read) =>
    Object.entries(read.model.services).flatMap(([service, { ports = [] }]) =>
      ports.filter(({ protocol = 'tcp' }) => protocol === 'tcp').map(({ target }) => ({ service, port: target })),
    ),
  )
  const own = config.stack.kind === 'single' ? config.stack.ports.map((port) => ({ service: singleService, port })) : []
  const home = stackHome(config.stack)
  const named = [...urls, ...(home ? [home] : [])]
    .filter((url) => /^https?:/.test(url))
    .map((url) => {
      const { hostname, port, protocol } = new URL(url)
      return { service: hostname, port: Number(port || (protocol === 'https:' ? 443 : 80)) }
    })
    .flatMap((target) => eachRelease(target, reader.releases.length))
  const all = [...published, ...own, ...named].map((target) => [`${target.service}:${target.port}`, target] as const)
  return [...new Map(all).values()]
}

/** `server.old` and `server.new` are one release of a service, which one depends on the hop: a way in for each release. */
function eachRelease(target: DoorTarget, releases: number): DoorTarget[] {
  const { service, side } = releaseHost(target.service)
  if (side === undefined) return [target]
  return Array.from({ length: releases }, (_, release) => ({ ...target, service: releaseAlias(service, release) }))
}
