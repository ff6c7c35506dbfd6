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
      const paths = [...mountedPaths(config, reader.releases), ...settingsPaths(config, reader.releases[0])]
      const files = await hashesOf(paths, signal)
      const { model = null, needed = null } = reader.releases[0] ?? {}
      const signIn = config['sign-in'] ?? null
      const all = { stack, fixtures, ready, network, grace: upgrade.grace, signIn, model, needed, files }
      // As JSON has it: what is only there in memory makes no difference.
      return JSON.parse(JSON.stringify(all).replaceAll(scratch, ''))
    },
  }
}

/** The content of each file and folder, by its path. */
async function hashesOf(paths: readonly string[], signal: AbortSignal) {
  return await Promise.all([...new Set(paths)].map(async (path) => [path, await hashPath(path, signal)] as const))
}

/** All that the operator's own files make of the releases: models as resolved, and what they mount or read. */
export async function settingsOf(config: Config, releases: readonly ComposeRead[], signal: AbortSignal) {
  const first = settingsPaths(config, undefined)
  const paths = [...mountedPaths(config, releases), ...first, ...releases.flatMap((one) => settingsPaths(config, one))]
  return {
    models: releases.map(({ model, needed }) => ({ model, needed })),
    files: await hashesOf(paths, signal),
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
