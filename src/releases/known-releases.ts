import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import type { CommandPort } from '../shell/command.ts'
import { tagSources } from '../tags/index.ts'
import type { TagContext, TagSourceKind } from '../tags/tag-source.ts'
import { fittingTemplates, type Known, readTags } from '../versions/index.ts'
import { tagFor } from './path.ts'

/** What it takes to ask where the releases are. */
export interface DiscoveryTools {
  readonly env: NodeJS.ProcessEnv
  readonly shell: CommandPort
  readonly signal: AbortSignal
  /** Told every credential before it is used. */
  readonly onSecret: (value: string, label: string) => void
}

/** The releases that there are, oldest first, and whether one has an image for this machine. */
export interface KnownReleases {
  readonly title: string
  readonly releases: readonly Known[]
  /** Why a release can't be run here; undefined where it can, or where nobody knows. */
  lacks(version: string): Promise<string | undefined>
}

/** Asks the configured source. Throws PULL_…, and CONFIG where no tag is a release. */
export async function knownReleases(config: Config, tools: DiscoveryTools): Promise<KnownReleases> {
  const { releases: source, tags: template, scheme, prereleases } = config.path
  const kind = tagSources.find(({ name }) => name === source?.kind) as TagSourceKind<unknown>
  const options = source?.options
  const at = config.at(['path', 'releases', kind.name])
  const context: TagContext = { ...tools, folder: config.folder, withinMs: config.limits.pull }
  const listed = await kind.list(options, context).catch((cause) => {
    if (!(cause instanceof RehearsalError)) throw cause
    throw new RehearsalError(cause.code, `${at}: ${cause.message}`, cause.details, cause)
  })
  const title = kind.title(options)
  const tags = listed.map(({ tag }) => tag)
  const versions = readTags(tags, { template, scheme, prereleases })
  if (versions.length === 0) throw noRelease(at, title, tags, config)
  const ends = new Map(listed.map(({ tag, supportedUntil }) => [tag, supportedUntil]))
  const platform = platformOf(tools.env)
  const asked = new Map<string, Promise<string | undefined>>()
  return {
    title,
    releases: versions.map((version) => {
      const supportedUntil = ends.get(tagFor(version.text, template))
      return supportedUntil === undefined ? version : { ...version, supportedUntil }
    }),
    lacks(version) {
      const answer = asked.get(version) ?? missingImage(kind, options, tagFor(version, template), platform, context)
      asked.set(version, answer)
      return answer
    },
  }
}

async function missingImage(
  kind: TagSourceKind<unknown>,
  options: unknown,
  tag: string,
  platform: string,
  context: TagContext,
): Promise<string | undefined> {
  const offered = (await kind.platforms?.(options, tag, context)) ?? []
  return offered.length === 0 || offered.includes(platform) ? undefined : `it has no image for ${platform}`
}

/** What the engine would pull for, as its client decides it. */
function platformOf(env: NodeJS.ProcessEnv): string {
  const [os, architecture] = (env.DOCKER_DEFAULT_PLATFORM ?? '').split('/')
  if (os && architecture) return `${os}/${architecture}`
  return `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`
}

function noRelease(at: string, title: string, tags: readonly string[], { path }: Config): RehearsalError {
  const fitting = fittingTemplates(tags, path.scheme).slice(0, 3)
  const hint =
    fitting.length > 0
      ? `write ${fitting.map(({ template, count }) => `tags: "${template}" (${count})`).join(' or ')} in path`
      : 'is path.scheme right, and are there releases besides pre-releases?'
  const what = `${tags.length} tag${tags.length === 1 ? '' : 's'} of ${title}`
  return new RehearsalError(
    'CONFIG',
    `${at}: none of the ${what} is a release by tags: "${path.tags}" and scheme: ${path.scheme}`,
    { hint },
  )
}
