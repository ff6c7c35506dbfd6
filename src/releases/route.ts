import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import {
  type Answer,
  forbiddance,
  type Policy,
  parseVersion,
  pathId,
  shortestPath,
  type Version,
} from '../versions/index.ts'
import { type DiscoveryTools, type KnownReleases, knownReleases } from './known-releases.ts'
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
  const { path } = config
  if (path.releases) return await routeAmong(config, await knownReleases(config, tools), from, to)
  if (to === undefined) throw noTarget()
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

/** The same among releases that are known already; without a target, the newest that may be installed is it. */
export async function routeAmong(
  config: Config,
  known: KnownReleases,
  from: string,
  to: string | undefined,
): Promise<Route> {
  const { policy } = config.path
  const target = to ?? newest(config, known)
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
  if (policy === 'enforce') return { versions, notes }
  return { versions, direct, notes: [...notes, `the direct jump is a path of its own: --path ${pathId(direct)}`] }
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

export function isForbidden({ path }: Config, version: Version): boolean {
  return forbiddance(version, path, path.scheme) !== undefined
}

/** A version with its place among releases. Throws USAGE where it has none. */
export function ordered({ path }: Config, version: string, what: string): Version {
  const parsed = parseVersion(version, path.scheme)
  if (parsed) return parsed
  const article = what === 'target' ? '--to' : '--from'
  throw new RehearsalError(
    'USAGE',
    `the ${what} "${version}" has no place among versions of the scheme ${path.scheme}`,
    {
      hint: `say which version it is with ${article} VERSION; it may stand beside --to-image`,
    },
  )
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
