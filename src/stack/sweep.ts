import { existsSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type Dockerode from 'dockerode'
import { asking, describeWithinMs } from './engine.ts'
import { isAlive, ownerLabel, runLabel } from './labels.ts'

/** How much was removed. */
export interface Swept {
  readonly containers: number
  readonly networks: number
  readonly volumes: number
  readonly folders: number
}

export const scratchPrefix = 'upgrade-rehearsal-'

/** Where a run keeps files of its own, readable by its user alone. */
export function scratchFolder(runId: string): string {
  return join(tmpdir(), scratchPrefix + runId)
}

/** Removes what one run created, and nothing else; safe to repeat. Anonymous volumes go with their containers. */
export async function sweepRun(api: Dockerode, runId: string): Promise<Swept> {
  return await sweep(api, `${runLabel}=${runId}`, () => true, [scratchFolder(runId)])
}

/** Removes what runs left behind whose process has ended. */
export async function sweepDead(api: Dockerode): Promise<Swept> {
  const dead = (labels: Readonly<Record<string, string>> | undefined) => !isAlive(labels?.[ownerLabel] ?? '')
  return await sweep(api, runLabel, dead, await deadFolders())
}

const mostRounds = 6
const pauseMs = 150

type Wanted = (labels: Readonly<Record<string, string>> | undefined) => boolean

/** Again until a round finds nothing: what was asked of the engine before may still come into being. */
async function sweep(api: Dockerode, label: string, wanted: Wanted, folders: readonly string[]): Promise<Swept> {
  const seen = { containers: new Set<string>(), networks: new Set<string>(), volumes: new Set<string>() }
  const kinds = ['containers', 'networks', 'volumes'] as const
  let left = 0
  for (let round = 0; round < mostRounds; round++) {
    // What is being removed or made right now needs a moment, and asking again at once would find it so again.
    if (round > 0) await setTimeout(pauseMs * (round - 1))
    const found = await sweepOnce(api, label, wanted)
    for (const kind of kinds) for (const id of found[kind]) seen[kind].add(id)
    left = kinds.reduce((sum, kind) => sum + found[kind].length, 0)
    if (left === 0) break
  }
  await removeImages(api, label, wanted)
  const there = folders.filter((folder) => existsSync(folder))
  await Promise.all(there.map((folder) => rm(folder, { recursive: true, force: true })))
  if (left > 0) throw new Error(`${left} containers, networks or volumes can't be removed: something else uses them`)
  const { containers, networks, volumes } = seen
  return { containers: containers.size, networks: networks.size, volumes: volumes.size, folders: there.length }
}

async function sweepOnce(api: Dockerode, label: string, wanted: Wanted) {
  const filters = { label: [label] }
  const listed = await asking(() => api.listContainers({ all: true, filters }), describeWithinMs)
  const containers = listed.filter((one) => wanted(one.Labels))
  await Promise.all(containers.map(({ Id }) => gone(() => api.getContainer(Id).remove({ force: true, v: true }))))
  const [networks, volumes] = await Promise.all([
    asking(() => api.listNetworks({ filters })).then((all) => all.filter((one) => wanted(one.Labels))),
    asking(() => api.listVolumes({ filters })).then(({ Volumes }) =>
      (Volumes ?? []).filter((one) => wanted(one.Labels)),
    ),
  ])
  // Compose hands an unnamed volume on to the next release, and the engine keeps what was handed on.
  const unnamed = containers
    .flatMap(({ Mounts }) => Mounts ?? [])
    .filter(({ Type, Name }) => Type === 'volume' && /^[0-9a-f]{64}$/.test(Name ?? ''))
  await Promise.all([
    ...unnamed.map(({ Name = '' }) => gone(() => api.getVolume(Name).remove())),
    ...networks.map(({ Id }) => gone(() => api.getNetwork(Id).remove())),
    ...volumes.map(({ Name }) => gone(() => api.getVolume(Name).remove())),
  ])
  return {
    containers: containers.map(({ Id }) => Id),
    networks: networks.map(({ Id }) => Id),
    volumes: volumes.map(({ Name }) => Name),
  }
}

/** What another sweep removed meanwhile is as good as removed here. */
async function gone(remove: () => Promise<unknown>): Promise<void> {
  await asking(remove).catch((cause) => {
    // In use or being removed: the next round looks again.
    if (![403, 404, 409, 500].includes((cause as { statusCode?: number }).statusCode ?? 0)) throw cause
  })
}

async function deadFolders(): Promise<string[]> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(scratchPrefix))
  const owners = await Promise.all(
    names.map(async (name) => ({ name, owner: await ownerOfFolder(join(tmpdir(), name)) })),
  )
  return owners.filter(({ owner }) => owner !== undefined && !isAlive(owner)).map(({ name }) => join(tmpdir(), name))
}

export const ownerFile = 'owner'

async function ownerOfFolder(folder: string): Promise<string | undefined> {
  return await readFile(join(folder, ownerFile), 'utf8').catch(() => undefined)
}

/** What was built for a run. An image that something else uses by now is none of ours any more. */
async function removeImages(api: Dockerode, label: string, wanted: Wanted): Promise<void> {
  const images = await asking(() => api.listImages({ filters: { label: [label] } }), describeWithinMs)
  const own = images.filter(({ Labels }) => wanted(Labels))
  await Promise.all(own.map(({ Id }) => asking(() => api.getImage(Id).remove({ force: true })).catch(() => undefined)))
}
