import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RehearsalError } from '../errors.ts'
import { mustSucceed } from './compose-result.ts'
import type { Rewritten } from './compose-rewrite.ts'
import { asking, type Described, type Engine } from './engine.ts'
import { prefixOf, roleLabel, runLabel, runLabels, serviceLabel } from './labels.ts'

export interface TemplateInput {
  readonly engine: Engine
  readonly runId: string
  readonly scratch: string
  readonly rewritten: Rewritten
  readonly env: Readonly<Record<string, string>>
  readonly service: string
  /** The id of a container of another service of the stack, where it has one. */
  readonly containerOf: (service: string) => string | undefined
  readonly signal: AbortSignal
}

/**
 * A container of a service as Compose would make it, in a project beside the stack's own and never started: what runs
 * there is left alone, and a one-shot can be made after it.
 */
export async function makeTemplate(input: TemplateInput): Promise<Described> {
  const { engine, runId, service, signal } = input
  const project = `${prefixOf(runId)}-once`
  const model = input.rewritten.model as { readonly services: Readonly<Record<string, object>> }
  const { deploy: _, scale: __, links: ___, ...own } = besideOthers(model.services[service] as object, input)
  const labels = { ...(own.labels as object), ...runLabels(runId), [roleLabel]: 'template', [serviceLabel]: service }
  const alone = { ...model, name: project, services: { [service]: { ...own, labels, depends_on: {} } } }
  const file = join(input.scratch, `once-${service}.json`)
  await writeFile(file, JSON.stringify(alone, null, 2), { mode: 0o600 })
  const argv = ['compose', '--project-name', project, '--file', file, 'up', '--no-start', '--force-recreate']
  const made = await engine.docker([...argv, '--no-build', '--pull', 'never', service], { signal, env: input.env })
  try {
    mustSucceed('create', made)
  } catch (cause) {
    // Nothing has been started: whatever it is, the release has not crashed.
    if (!(cause instanceof RehearsalError) || cause.code !== 'CRASHED') throw cause
    throw new RehearsalError('STACK_INVALID', cause.message, { ...cause.details, where: service }, cause)
  }
  const filters = { label: [`${runLabel}=${runId}`, `${roleLabel}=template`, `${serviceLabel}=${service}`] }
  const [found] = await asking(() => engine.api.listContainers({ all: true, filters }))
  if (!found) throw new RehearsalError('INTERNAL', `Compose made no container of ${service}`)
  const inspect = await asking(() => engine.api.getContainer(found.Id).inspect())
  const state = {
    service,
    container: inspect.Name,
    status: 'created',
    outOfMemory: false,
    restarts: 0,
    image: inspect.Image,
  }
  return { id: found.Id, inspect, state }
}

/** What a service shares with another one, it shares with the container that this has in the stack. */
function besideOthers(service: object, { containerOf, service: name }: TemplateInput): Record<string, unknown> {
  const containerFor = (other: string) => {
    const id = containerOf(other)
    if (id !== undefined) return `container:${id}`
    throw new RehearsalError('STEP_FAILED', `${name} shares what ${other} has, and ${other} was not started`, {
      where: name,
      hint: `start ${other} before, or add "dependencies: true"`,
    })
  }
  const shared = Object.entries(service).map(([key, value]) => {
    const other = typeof value === 'string' ? /^service:(.+)$/.exec(value)?.[1] : undefined
    if (other !== undefined && ['network_mode', 'ipc', 'pid'].includes(key)) return [key, containerFor(other)]
    if (key !== 'volumes_from') return [key, value]
    const from = (value as readonly string[]).map((one) => one.replace(/^[^:]+/, (whole) => containerFor(whole)))
    return [key, from]
  })
  return Object.fromEntries(shared)
}
