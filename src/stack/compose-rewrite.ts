import { RehearsalError } from '../errors.ts'
import type { ComposeModel, ComposeMount, ComposeService } from './compose-model.ts'
import { furtherMounts, rewriteMount, volumesIn } from './compose-mounts.ts'
import { prefixOf, roleLabel, runLabels, serviceLabel } from './labels.ts'

/** What the rewriting needs to know from outside. */
export interface RewriteInput {
  readonly runId: string
  /** What to run for each reference: a digest or an id. */
  readonly images: ReadonlyMap<string, string>
  /** What each host path of a bind mount is on this machine. */
  readonly binds: ReadonlyMap<string, 'file' | 'folder' | 'missing'>
  /** Folders that stand for one of the operator's, by the release's own path. */
  readonly homes?: ReadonlyMap<string, string>
  readonly graceMs: number
  /** The engine's name for a volume, where another stands for the one that was planned. */
  readonly volume?: (planned: string) => string
  /** What a service has besides what its file says. */
  readonly mounts?: (service: string) => readonly { readonly volume: string; readonly target: string }[]
  /** Further names under which a service is reached. */
  readonly aliases?: (service: string) => readonly string[]
}

/** A host file that is put into a container before it starts. */
export interface Copy {
  readonly service: string
  readonly source: string
  readonly target: string
}

/** A volume that the rehearsal creates. */
export interface VolumePlan {
  /** What users call it: the key in the Compose file, or the host folder. */
  readonly key: string
  readonly name: string
  /** Host folder whose content it starts with, unless a fixture fills it. */
  readonly folder?: string
}

export interface Rewritten {
  readonly model: object
  readonly copies: readonly Copy[]
  readonly volumes: readonly VolumePlan[]
  readonly networks: readonly string[]
}

/**
 * A resolved Compose model as a rehearsal may run it: no host port, no fixed name, no host folder, no network and no
 * volume that another project could share. Pure.
 */
export function rewriteCompose(model: ComposeModel, input: RewriteInput): Rewritten {
  const prefix = prefixOf(input.runId)
  const volumes = new Map<string, VolumePlan>()
  const copies: Copy[] = []
  const networks = Object.keys({ default: null, ...model.networks })
  const mountsOf = new Map<string, ComposeMount[]>()
  const services = Object.entries(model.services).map(([name, service]) => {
    const named = (service.volumes ?? []).flatMap((mount) => rewriteMount(mount, name, input, volumes, copies))
    const mounts = [...named, ...furtherMounts(name, named, input)]
    mountsOf.set(name, mounts)
    for (const use of [...fileUses(service, model, 'configs'), ...fileUses(service, model, 'secrets')]) {
      copies.push({ service: name, ...use })
    }
    return [name, rewriteService(name, service, model, mounts, input)]
  })
  const external = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, { name: `${prefix}_${name}`, external: true }]))
  return {
    model: {
      name: prefix,
      services: Object.fromEntries(services),
      networks: external(networks),
      volumes: Object.fromEntries(
        volumesIn([...mountsOf.values()].flat()).map((name) => [name, { name, external: true }]),
      ),
      configs: withoutFiles(model.configs),
      secrets: withoutFiles(model.secrets),
    },
    copies,
    volumes: [...volumes.values()],
    networks: networks.map((name) => `${prefix}_${name}`),
  }
}

function rewriteService(
  name: string,
  service: ComposeService,
  model: ComposeModel,
  volumes: ComposeMount[],
  input: RewriteInput,
) {
  // Compose has left out the services of other profiles; those that are here are all meant.
  const {
    build: _b,
    profiles: _f,
    ports: _p,
    container_name,
    extra_hosts: _e,
    pull_policy: _u,
    logging: _l,
    devices: _d,
    external_links: _x,
    deploy,
    ...kept
  } = service
  const image = input.images.get(service.image ?? '')
  if (image === undefined) throw new RehearsalError('STACK_INVALID', `service "${name}" has no image that was pulled`)
  const ownNetworks = service.network_mode === undefined || service.network_mode === 'bridge'
  if (service.network_mode === 'bridge') delete kept.network_mode
  return {
    ...kept,
    image,
    volumes,
    ...(ownNetworks
      ? {
          networks: rewriteNetworks(service, [
            ...(container_name ? [container_name] : []),
            ...(input.aliases?.(name) ?? []),
          ]),
        }
      : {}),
    // Where it says how to restart, that wins over "restart", and it may say "always".
    ...(deploy ? { deploy: { ...deploy, restart_policy: undefined } } : {}),
    restart: rewriteRestart(service),
    labels: { ...service.labels, ...runLabels(input.runId), [roleLabel]: 'app', [serviceLabel]: name },
    stop_grace_period: service.stop_grace_period ?? `${input.graceMs}ms`,
    // Bounded on disk whatever is printed, and readable by the engine whatever production sends its logs to.
    logging: { driver: 'json-file', options: { 'max-size': '100m', 'max-file': '2' } },
    configs: (service.configs ?? []).filter((use) => model.configs?.[use.source]?.file === undefined),
    secrets: (service.secrets ?? []).filter((use) => model.secrets?.[use.source]?.file === undefined),
  }
}

/** Fixed addresses would collide side by side; a fixed container name stays reachable as an alias. */
function rewriteNetworks(service: ComposeService, further: readonly string[]) {
  const joined = Object.entries(service.networks ?? { default: null })
  return Object.fromEntries(
    joined.map(([name, options]) => [name, { aliases: [...(options?.aliases ?? []), ...further] }]),
  )
}

/** `always` would outlive a killed run: on-failure restarts as often while the application crashes, and is counted. */
function rewriteRestart(service: ComposeService): string {
  const deployed = service.deploy?.restart_policy
  const policy = deployed ? (deployed.condition ?? 'any') : (service.restart ?? 'no')
  return policy === 'no' || policy === 'none' ? 'no' : policy.startsWith('on-failure') ? policy : 'on-failure'
}

function* fileUses(
  service: ComposeService,
  model: ComposeModel,
  part: 'configs' | 'secrets',
): Generator<{ source: string; target: string }> {
  for (const use of service[part] ?? []) {
    const source = model[part]?.[use.source]?.file
    if (source === undefined) continue
    const target = use.target ?? use.source
    yield {
      source,
      target: target.startsWith('/') ? target : part === 'secrets' ? `/run/secrets/${target}` : `/${target}`,
    }
  }
}

function withoutFiles(sources: ComposeModel['configs']): object {
  const kept = Object.entries(sources ?? {}).filter(([, source]) => source.file === undefined)
  return Object.fromEntries(kept.map(([key, { name: _, ...source }]) => [key, source]))
}
