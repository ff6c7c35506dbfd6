import { type Config, loadConfig } from './config/index.ts'
import { RehearsalError } from './errors.ts'
import { type Durations, type Matrix, makeMatrix, mostJobs } from './matrix/matrix.ts'
import { readDurations } from './matrix/read-durations.ts'
import { readPlan } from './read-plan.ts'
import type { Sink } from './redact/index.ts'
import { type KnownReleases, knownReleases } from './releases/known-releases.ts'
import { carriedRelease, isForbidden, ordered } from './releases/ordered.ts'
import { newest, routeAmong } from './releases/route.ts'
import { targetVersion } from './releases/wanted.ts'
import type { Request } from './request.ts'
import { execaCommand } from './shell/execa-command.ts'
import { isOlder, ofTier, openPathId, pathId, select, type Tier, tiers } from './versions/index.ts'

/** What a matrix is made for. */
export interface MatrixRequest {
  readonly tier?: string | undefined
  /** The most jobs; more paths than these share them. */
  readonly jobs?: string | undefined
  /** Where it is written how long paths took before. */
  readonly durations?: string | undefined
}

/** The supported paths to the target as the jobs of a CI matrix. Starts and pulls nothing. Throws CONFIG, USAGE and PULL_…. */
export async function planMatrix(
  request: Request,
  wanted: MatrixRequest,
  edge: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly sink: Sink; readonly signal: AbortSignal },
): Promise<Matrix> {
  const [tier, jobs] = [tierOf(wanted.tier), jobsOf(wanted.jobs, mostJobs, mostJobs)]
  const durations: Durations =
    wanted.durations === undefined ? new Map() : await readDurations(wanted.durations, edge.cwd)
  const config = await loadConfig(request.config, edge.cwd, edge.env)
  if (!config.path.releases) {
    const plan = await readPlan(request, edge.cwd, edge.env, edge.sink)
    return makeMatrix([pathId(plan.releases.map(({ version }) => version))], durations, jobs)
  }
  const known = await knownReleases(config, {
    env: edge.env,
    shell: execaCommand,
    signal: edge.signal,
    onSecret: (value, label) => edge.sink.redactor.learn(value, label),
  })
  const target = targetVersion(config, request) ?? newest(config, known)
  const { sources, notes } =
    request.from === undefined ? sourcesOf(config, known, target, tier) : { sources: [request.from], notes: [] }
  // What is printed is the matrix.
  for (const note of notes) edge.sink.print(`note: ${note}`, 'err')
  const paths = await Promise.all(sources.map((source) => pathsFrom(config, known, source, target)))
  // Carried forward, several sources can lie on one path.
  return makeMatrix([...new Set(paths.flat())], durations, jobs)
}

/** The supported releases before the target; narrowed by every selection, and by what the event is worth. */
function sourcesOf(
  config: Config,
  known: KnownReleases,
  target: string,
  tier: Tier,
): { readonly sources: readonly string[]; readonly notes: readonly string[] } {
  const goal = ordered(config, target, 'target')
  const today = new Date().toISOString().slice(0, 10)
  const before = known.releases.filter((release) => isOlder(release, goal) && !isForbidden(config, release))
  const selected = (config.path.select ?? []).reduce((some, selection) => select(some, selection, today), before)
  const wanted = ofTier(selected, tier)
  const carried = carriedRelease(config)
  const older = carried ? wanted.filter((one) => isOlder(one, carried)) : []
  const sources = wanted.filter((one) => !older.includes(one)).map(({ text }) => text)
  const names = older.map(({ text }) => text).join(', ')
  const notes = older.length > 0 ? [`no fixture leads to ${names}: older than carry-from, left out of the matrix`] : []
  if (sources.length > 0) return { sources, notes }
  if (older.length > 0)
    throw new RehearsalError(
      'CONFIG',
      `${config.at(['path', 'carry-from'])}: every selected release is older: ${names}`,
    )
  const at = config.at(['path', config.path.select ? 'select' : 'releases'])
  throw new RehearsalError(
    'CONFIG',
    `${at}: of ${known.releases.length} releases of ${known.title} none before ${target} is selected`,
    {
      hint: 'a matrix without jobs would look like one that passed',
    },
  )
}

/** The permitted path, and the direct jump where it is only advised against. What has none is left to a job to tell. */
async function pathsFrom(config: Config, known: KnownReleases, source: string, target: string): Promise<string[]> {
  try {
    const { versions, direct } = await routeAmong(config, known, source, target)
    return [pathId(versions), ...(direct ? [pathId(direct)] : [])]
  } catch (thrown) {
    if (thrown instanceof RehearsalError && thrown.code === 'PATH_UNSUPPORTED') return [openPathId(source, target)]
    throw thrown
  }
}

function tierOf(written: string | undefined): Tier {
  const tier = tiers.find((one) => one === (written ?? 'weekly'))
  if (tier) return tier
  throw new RehearsalError('USAGE', `there is no tier "${written}"; write one of: ${tiers.join(', ')}`)
}

/** A number of jobs as it is written, or else the usual one. Throws USAGE. */
export function jobsOf(written: string | undefined, usual: number, most = Number.POSITIVE_INFINITY): number {
  const jobs = written === undefined ? usual : /^\d+$/.test(written) ? Number(written) : 0
  if (jobs >= 1 && jobs <= most) return jobs
  const range = Number.isFinite(most) ? `1 to ${most}` : '1 or more'
  throw new RehearsalError('USAGE', `"${written}" is no number of jobs; write ${range}`)
}
