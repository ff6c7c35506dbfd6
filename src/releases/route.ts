import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { type Answer, type Policy, parseVersion, pathId, shortestPath, type Version } from '../versions/index.ts'
import { type DiscoveryTools, type KnownReleases, knownReleases } from './known-releases.ts'
import { carriedFrom, isForbidden, ordered } from './ordered.ts'
import { pathOf } from './path.ts'
import { placed } from './pinned-files.ts'

/** The releases to visit, and what people should know about why these. */
export interface Route {
  readonly versions: readonly string[]
  /** The jump that the policy advises against, as a path of its own; absent where the way is direct anyway. */
  readonly direct?: readonly string[]
  readonly notes: readonly string[]
}

/** The way from the source to the target that the configuration permits. Throws CONFIG, USAGE, PULL_… and PATH_UNSUPPORTED. */
export async function findRoute(
  config: Config,
  from: string,
  to: string | undefined,
  tools: DiscoveryTools,
): Promise<Route> {
  if (config.path.releases) return await routeAmong(config, await knownReleases(config, tools), from, to)
  if (to === undefined) throw noTarget()
  return await carried(config, from, (start, end) => Promise.resolve(named(config, start, end)), to)
}

/** The same among releases that are known already; without a target, the newest that may be installed is it. */
export async function routeAmong(
  config: Config,
  known: KnownReleases,
  from: string,
  to: string | undefined,
): Promise<Route> {
  return await carried(config, from, (start, end) => legAmong(config, known, start, end), to ?? newest(config, known))
}

/** From one release to another by the policy alone. */
type Leg = (from: string, to: string) => Promise<Route>

/** The whole way: where the fixtures are of an earlier release, from there to the source, and on. */
async function carried(config: Config, from: string, leg: Leg, to: string): Promise<Route> {
  const start = carriedFrom(config, from)?.text
  if (start === undefined) return withDirect(await leg(from, to))
  const [before, own] = [await leg(start, from), await leg(from, to)]
  const on = (versions: readonly string[]) => [...before.versions, ...versions.slice(1)]
  const note = `the fixtures are of ${start} and are carried forward: ${from} is reached from there before its own upgrade`
  return withDirect({
    versions: on(own.versions),
    ...(own.direct ? { direct: on(own.direct) } : {}),
    notes: [note, ...new Set([...before.notes, ...own.notes])],
  })
}

function withDirect(route: Route): Route {
  if (!route.direct) return route
  return { ...route, notes: [...route.notes, `the direct jump is a path of its own: --path ${pathId(route.direct)}`] }
}

/** By the stops that are written. */
function named(config: Config, from: string, to: string): Route {
  const { path } = config
  const [source, target] = [from, to].map((one) => parseVersion(one, path.scheme))
  if (source && target) {
    // Every release that is named is known; whether others lie between, nobody has told.
    const answer = shortestPath({
      from: source,
      to: target,
      releases: [],
      scheme: path.scheme,
      policy: unordered(config),
    })
    if (answer.kind === 'none') throw unsupported(config, answer.why)
  }
  const versions = placed(config.at(['path', 'stops']), () => pathOf(from, to, path.stops))
  return { versions, notes: [] }
}

async function legAmong(config: Config, known: KnownReleases, from: string, target: string): Promise<Route> {
  const { policy } = config.path
  const [source, goal] = [ordered(config, from, 'source'), ordered(config, target, 'target')]
  const answer = await permitted(config, known, source, goal)
  const direct = [from, target]
  if (answer.kind === 'none') {
    if (policy === 'enforce' || isForbidden(config, goal)) throw unsupported(config, answer.why)
    return {
      versions: direct,
      notes: [`the policy permits no way: ${answer.why}; it only advises, so the direct jump is made`],
    }
  }
  const versions = answer.versions.map(({ text }) => text)
  if (versions.length === 2) return { versions, notes: [] }
  const notes = [`by the shortest permitted path among ${known.releases.length} releases of ${known.title}`]
  return policy === 'enforce' ? { versions, notes } : { versions, direct, notes }
}

/** A release on the way that this machine has no image for is as good as forbidden. */
async function permitted(config: Config, known: KnownReleases, from: Version, to: Version): Promise<Answer> {
  const { step, stops, downgrade, scheme } = config.path
  let { forbidden } = config.path
  for (;;) {
    const policy: Policy = { step, stops, forbidden, downgrade }
    const answer = shortestPath({ from, to, releases: known.releases, policy, scheme })
    if (answer.kind === 'none') return answer
    const between = answer.versions.slice(1, -1)
    const lacking = await Promise.all(between.map(({ text }) => known.lacks(text)))
    const found = lacking.flatMap((because, index) =>
      because === undefined ? [] : [{ version: (between[index] as Version).text, because }],
    )
    if (found.length === 0) return answer
    forbidden = [...forbidden, ...found]
  }
}

export function newest(config: Config, { releases, title }: KnownReleases): string {
  const last = releases.findLast((release) => !isForbidden(config, release))
  if (last) return last.text
  throw new RehearsalError('CONFIG', `${config.at(['path', 'forbidden'])}: all releases of ${title} are forbidden`)
}

/** Without known releases only the target itself and the direction can be judged. */
function unordered({ path }: Config): Policy {
  return { step: 'any', stops: [], forbidden: path.forbidden, downgrade: path.downgrade }
}

function unsupported(config: Config, why: string): RehearsalError {
  const isDowngrade = why.endsWith('is a downgrade')
  const where = config.at(['path', isDowngrade ? 'downgrade' : 'step'])
  const hint = isDowngrade
    ? 'if that is what you want to rehearse, write downgrade: true in path'
    : 'is the policy in path right? Upgrade by releases that it permits'
  return new RehearsalError('PATH_UNSUPPORTED', `no permitted path: ${why}`, { where, hint })
}

function noTarget(): RehearsalError {
  return new RehearsalError('USAGE', 'which version is the target?', {
    hint: 'add --to VERSION, --to-image REFERENCE, or path.to to the configuration',
  })
}
