import { resolve } from 'node:path'
import { hashPath } from '../cache/key.ts'
import type { Config } from '../config/index.ts'
import { fixtureKind } from '../plan/kinds.ts'
import type { RunPorts } from '../run/ports.ts'
import type { StackReader } from '../stack/make-stack.ts'
import type { ComposeRead } from '../stack/read-compose.ts'

/**
 * Where restored baselines are kept, and what of the configuration and the operator's files one depends on. `scratch` is
 * the run's own folder: files that are read in there have another path each time.
 */
export function baselineCache(
  config: Config,
  folder: string,
  reader: StackReader,
  scratch: string,
): NonNullable<RunPorts['cache']> {
  return {
    folder: resolve(config.folder, folder),
    configuration: async (signal) => {
      const { stack, fixtures, upgrade, ready, network } = config
      const paths = new Set([...mountedPaths(config, reader.releases), ...settingsPaths(config, reader.releases[0])])
      const files = await Promise.all([...paths].map(async (path) => [path, await hashPath(path, signal)] as const))
      const { model = null, needed = null } = reader.releases[0] ?? {}
      const signIn = config['sign-in'] ?? null
      const all = { stack, fixtures, ready, network, grace: upgrade.grace, signIn, model, needed, files }
      // As JSON has it: what is only there in memory makes no difference.
      return JSON.parse(JSON.stringify(all).replaceAll(scratch, ''))
    },
  }
}

/** What the operator mounts lies in volumes too, also where only a later release mounts it. */
function mountedPaths(config: Config, releases: readonly ComposeRead[]): string[] {
  const filled = config.fixtures.map((one) => fixtureKind(one).volume?.(one.options as never, config.folder))
  return releases.flatMap(({ binds }) =>
    [...binds].flatMap(([path, kind]) => (kind === 'missing' || filled.includes(path) ? [] : [path])),
  )
}

/** Files that containers have besides: an application may make its data by them. */
function settingsPaths({ stack, folder }: Config, source: ComposeRead | undefined): string[] {
  if (stack.kind === 'single') return stack['env-file'] === undefined ? [] : [resolve(folder, stack['env-file'])]
  const { configs = {}, secrets = {} } = source?.model ?? {}
  return [...Object.values(configs), ...Object.values(secrets)].flatMap(({ file }) =>
    file === undefined ? [] : [file],
  )
}
