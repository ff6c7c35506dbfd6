import type { Change } from '../plan/plan.ts'
import { type ComposeModel, type ComposeService, replicasOf } from './compose-model.ts'

/** What differs between two resolved stacks, service by service. Values of variables are never told: they may be secret. */
export function configChanges(before: ComposeModel, after: ComposeModel): Change[] {
  const names = [...new Set([...Object.keys(before.services), ...Object.keys(after.services)])].sort()
  return names.flatMap((service): Change[] => {
    const [old, now] = [before.services[service], after.services[service]]
    if (!now) return [{ service, part: 'service', text: 'removed' }]
    if (!old) return [{ service, part: 'service', text: `added, ${now.image ?? 'built from source'}` }]
    return [...serviceChanges(old, now)].map((change) => ({ service, ...change }))
  })
}

function* serviceChanges(old: ComposeService, now: ComposeService): Generator<Omit<Change, 'service'>> {
  if (old.image !== now.image) yield { part: 'image', text: `${old.image ?? 'none'} → ${now.image ?? 'none'}` }
  const replicas = [old, now].map(replicasOf)
  if (replicas[0] !== replicas[1]) yield { part: 'replicas', text: replicas.join(' → ') }
  const [argv, argvNow] = [old, now].map(({ command, entrypoint }) => JSON.stringify([entrypoint, command]))
  if (argv !== argvNow) yield { part: 'command', text: 'changed' }
  const mounts = compare(mountsOf(old), mountsOf(now))
  if (mounts) yield { part: 'mounts', text: mounts }
  const variables = compare(
    new Map(Object.entries(old.environment ?? {})),
    new Map(Object.entries(now.environment ?? {})),
  )
  if (variables) yield { part: 'variables', text: variables }
  const ports = compare(portsOf(old), portsOf(now))
  if (ports) yield { part: 'ports', text: ports }
}

function mountsOf({ volumes = [] }: ComposeService): Map<string, string> {
  return new Map(
    volumes.map(({ target, type, source, read_only }) => [target, JSON.stringify([type, source, read_only])]),
  )
}

function portsOf({ ports = [] }: ComposeService): Map<string, string> {
  return new Map(ports.map(({ target, protocol = 'tcp' }) => [`${target}/${protocol}`, '']))
}

/** `added A; removed B; changed C`; undefined where nothing differs. */
function compare(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): string | undefined {
  const added = [...after.keys()].filter((key) => !before.has(key))
  const removed = [...before.keys()].filter((key) => !after.has(key))
  const changed = [...after.keys()].filter((key) => before.has(key) && before.get(key) !== after.get(key))
  const parts = Object.entries({ added, removed, changed }).flatMap(([what, keys]) =>
    keys.length > 0 ? [`${what} ${keys.sort().join(', ')}`] : [],
  )
  return parts.length > 0 ? parts.join('; ') : undefined
}
