import type { CheckContext } from '../checks/check.ts'
import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { resolveUrl, send } from '../http/request.ts'
import { checkKind, checkTitle } from '../plan/kinds.ts'
import { showMs } from './deadline.ts'
import type { ContainerState, Observation } from './journal.ts'
import { pollUntil } from './poll.ts'
import { staySteady } from './steady.ts'
import { isSettled, type Watch } from './watch.ts'

/** What waits for a stack to be ready. */
export interface ReadyInput {
  readonly config: Config
  readonly context: CheckContext
  readonly watch: Watch
  /** Services that were stopped on purpose. */
  readonly left: ReadonlySet<string>
  /** Origins that have to answer as well, whatever the ready checks say. */
  readonly alsoAsked?: readonly string[]
}

/** Half of this is lost on average once it is ready; a look costs a few milliseconds. */
const pollMs = 80
/**
 * One question must not use up the whole deadline: a connection can hang that a second one would not. It gets twice
 * the time when it is asked again, for a command may need that long.
 */
const firstAskMs = 5_000

/**
 * One name stands for all containers of a service, and each connection gets any of them: asked this often, it is as good as
 * certain (a chance of less than one in a million) that each has answered.
 */
export function eachContainer(origins: readonly string[], count: number): string[] {
  const times = count === 1 ? 1 : 16 * count
  return origins.flatMap((origin) => Array.from({ length: times }, () => origin))
}

/**
 * Waits until every service is up and every ready check passes. Throws at once when a container can't recover, and
 * TIMEOUT with what was missing last when the deadline passes. Gives the containers as they were then.
 */
export async function awaitReady(input: ReadyInput): Promise<readonly ContainerState[]> {
  const { context, config } = input
  let containers: readonly ContainerState[] = []
  let missing = ''
  const alive = async () => {
    containers = (await context.stack.containers()).filter(({ service }) => !input.left.has(service))
    input.watch(containers)
  }
  let askMs = firstAskMs
  const question = async () => {
    const tooLong = AbortSignal.timeout(askMs)
    const asking = { ...context, signal: AbortSignal.any([context.signal, tooLong]) }
    try {
      const found =
        describeUnsettled(containers) ??
        (await firstMissing(config, asking, containers)) ??
        (await firstMute(input.alsoAsked ?? [], asking)) ??
        ''
      // What the deadline cut off tells less than the answer before.
      if (!asking.signal.aborted || missing === '') missing = found
    } catch (cause) {
      if (!tooLong.aborted || cause !== tooLong.reason) throw cause
      missing = `no answer within ${showMs(askMs)}`
    }
    context.signal.throwIfAborted()
    if (tooLong.aborted) askMs *= 2
    return missing === ''
  }
  try {
    await pollUntil(question, { signal: context.signal, alive, longestMs: pollMs })
  } catch (cause) {
    if (!(cause instanceof RehearsalError) || cause.code !== 'TIMEOUT') throw cause
    throw new RehearsalError(
      'TIMEOUT',
      cause.message,
      { expected: 'all services ready', actual: missing, where: missing.split(' ')[0] ?? '' },
      cause,
    )
  }
  const { steady } = config.ready
  if (steady !== undefined) {
    const look = () => context.stack.containers()
    await staySteady(containers, look, performance.now() + steady, context.signal)
  }
  return containers
}

function describeUnsettled(containers: readonly ContainerState[]): string | undefined {
  if (containers.length === 0) return 'no container yet'
  const waiting = containers.find((container) => !isSettled(container))
  return waiting && `${waiting.service} is ${waiting.status}${waiting.health ? `, ${waiting.health}` : ''}`
}

async function firstMissing(
  config: Config,
  context: CheckContext,
  containers: readonly ContainerState[],
): Promise<string | undefined> {
  if (config.ready.checks.length === 0) return await firstSilent(config, context, containers)
  for (const check of config.ready.checks) {
    const observation = await checkKind(check).observe(check.options as never, context)
    if (observation.outcome !== 'passed') return describeRed(checkTitle(check), observation)
  }
  return undefined
}

function describeRed(title: string, observation: Observation): string {
  return `${title}: ${observation.actual ?? observation.detail ?? observation.outcome}`
}

/** Without ready checks, ready means: each address that the smoke suite is going to ask answers at all. */
async function firstSilent(
  config: Config,
  context: CheckContext,
  containers: readonly ContainerState[],
): Promise<string | undefined> {
  const asked = new Set<string>()
  for (const check of config.smoke) {
    const kind = checkKind(check)
    if (kind.isThere) {
      if (!(await kind.isThere(check.options as never, context))) return `${checkTitle(check)}: no answer`
      continue
    }
    const urls = kind.urls?.(check.options as never) ?? (check.kind === 'suite' && context.home ? ['/'] : [])
    // Where a value that is captured later says what to ask, nobody knows it yet.
    for (const url of urls.filter((one) => !/^(https?:\/\/[^/]*)?\{/.test(one)))
      asked.add(resolveUrl(url, context.home).origin)
  }
  const replicas = (origin: string) => containers.filter(({ service }) => service === new URL(origin).hostname).length
  const origins = [...asked].flatMap((origin) => eachContainer([origin], Math.max(1, replicas(origin))))
  return await firstMute(origins, context)
}

async function firstMute(origins: readonly string[], context: CheckContext): Promise<string | undefined> {
  for (const origin of origins) {
    const status = await send({ method: 'GET', url: `${origin}/` }, context).then(
      (answer) => answer.status,
      () => undefined,
    )
    // A gateway that is up before what it stands in front of.
    if (status === undefined || [502, 503, 504].includes(status))
      return `${new URL(origin).host} ${status ? `answers ${status}` : 'does not answer'}`
  }
  return undefined
}
