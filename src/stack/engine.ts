import { hostname } from 'node:os'
import type Dockerode from 'dockerode'
import { RehearsalError } from '../errors.ts'
import type { ContainerState } from '../run/journal.ts'
import type { CommandPort, ProcessOptions } from '../shell/command.ts'
import { roleLabel, runLabel, serviceLabel } from './labels.ts'

/** The Docker engine: containers through testcontainers' client, everything that streams through the docker CLI. */
export interface Engine {
  readonly api: Dockerode
  /** Where this process reaches ports that the engine publishes. */
  readonly host: string
  readonly version: string
  readonly composeVersion: string | undefined
  /** What docker's own programs find in their environment: an allow-list, never all of ours. */
  readonly env: Readonly<Record<string, string>>
  docker(
    argv: readonly string[],
    options: Omit<ProcessOptions, 'env'> & { env?: ProcessOptions['env'] },
  ): ReturnType<CommandPort['run']>
}

/** Where the engine's own machine reaches the ports that it publishes. */
export const loopback = '127.0.0.1'
const answerWithinMs = 5_000
const passedOn =
  /^(PATH|HOME|USER|LANG|TMPDIR|XDG_\w+|DOCKER_\w+|SSH_AUTH_SOCK|(https?|no)_proxy|HTTPS?_PROXY|NO_PROXY)$/

/** The variables that docker's programs need, and those named. */
export function dockerEnv(env: NodeJS.ProcessEnv, names: ReadonlySet<string> = new Set()): Record<string, string> {
  const wanted = Object.entries(env).filter(
    ([name, value]) => value !== undefined && (passedOn.test(name) || names.has(name)),
  )
  return Object.fromEntries(wanted) as Record<string, string>
}

/** Connects, or throws ENGINE_LOST within a few seconds. */
export async function connectEngine(
  shell: CommandPort,
  processEnv: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Engine> {
  const env = dockerEnv(processEnv)
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)])
  const docker: Engine['docker'] = async (argv, options) => {
    const result = await shell.run(['docker', ...argv], { env, ...options })
    if (result.exitCode !== 0 && isEngineGone(result.stderr)) throw engineLost(result.stderr)
    return result
  }
  const ask = async (argv: string[]) => {
    try {
      return await docker(argv, { signal: deadline })
    } catch (cause) {
      if (signal.aborted || cause instanceof RehearsalError) throw cause
      throw engineLost(`it did not answer within ${answerWithinMs / 1000} s`, cause)
    }
  }
  const [version, compose] = await Promise.all([
    ask(['version', '--format', '{{.Server.Version}}']),
    ask(['compose', 'version', '--short']),
  ])
  if (version.exitCode !== 0) throw engineLost(version.stderr)
  // The reaper would pull an image of its own and kill by session; this program's labels and sweep do that work.
  processEnv.TESTCONTAINERS_RYUK_DISABLED ??= 'true'
  const { getContainerRuntimeClient } = await import('testcontainers')
  const client = await getContainerRuntimeClient().catch((cause) => {
    throw engineLost((cause as Error).message, cause)
  })
  return {
    api: client.container.dockerode,
    host: (await isOwnMachine(client.container.dockerode)) ? loopback : client.info.containerRuntime.host,
    version: version.stdout.trim(),
    composeVersion: compose.exitCode === 0 ? compose.stdout.trim() : undefined,
    env,
    docker,
  }
}

/**
 * True where the engine runs on this very machine. testcontainers takes a `/.dockerenv` for being inside a container and
 * then looks for published ports at the bridge's gateway; virtual machines made from container images have that file too.
 */
async function isOwnMachine(api: Dockerode): Promise<boolean> {
  const { Name } = (await asking(() => api.info())) as { readonly Name?: string }
  return Name === hostname()
}

function isEngineGone(stderr: string): boolean {
  return /cannot connect to the docker daemon|error during connect|docker\.sock: connect:|connection refused.*docker/i.test(
    stderr,
  )
}

export function engineLost(why: string, cause?: unknown): RehearsalError {
  const hint = 'is Docker installed and running, and may this user reach it? "docker info" tells'
  return new RehearsalError(
    'ENGINE_LOST',
    `the Docker engine does not answer: ${why.trim().split('\n').at(-1)}`,
    { hint },
    cause,
  )
}

/** Making or stopping something may take its time on a busy machine, a description may not; milliseconds. */
const callWithinMs = 120_000
export const describeWithinMs = 30_000

/** Runs an engine call; a lost connection or no answer at all becomes ENGINE_LOST, and never a wait without an end. With a signal nobody waits for it any longer than that. */
export async function asking<Result>(
  call: () => Promise<Result>,
  withinMs = callWithinMs,
  signal?: AbortSignal,
): Promise<Result> {
  const silence = Promise.withResolvers<never>()
  const abort = () => silence.reject(signal?.reason)
  signal?.throwIfAborted()
  signal?.addEventListener('abort', abort, { once: true })
  const timer = setTimeout(
    () => silence.reject(engineLost(`no answer within ${Math.round(withinMs / 1000)} s`)),
    withinMs,
  )
  try {
    return await Promise.race([call(), silence.promise])
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'ECONNREFUSED' || code === 'ENOENT' || code === 'ECONNRESET' || code === 'EPIPE')
      throw engineLost((cause as Error).message, cause)
    throw cause
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}

/** Stopping what has stopped and starting what runs is no failure. */
export function ignoreSameState(cause: unknown): void {
  if ((cause as { statusCode?: number }).statusCode !== 304) throw cause
}

/** A container of a run, with the engine's whole description. */
export interface Described {
  readonly id: string
  readonly state: ContainerState
  readonly inspect: Dockerode.ContainerInspectInfo
}

/** The stack's own containers of a run, stopped ones included, in a stable order. */
export async function describeContainers(engine: Engine, runId: string): Promise<Described[]> {
  const filters = { label: [`${runLabel}=${runId}`, `${roleLabel}=app`] }
  const listed = await asking(() => engine.api.listContainers({ all: true, filters }), describeWithinMs)
  const described = await Promise.all(
    listed.map(({ Id }) =>
      asking(() => engine.api.getContainer(Id).inspect(), describeWithinMs).catch((cause) => {
        // Removed between listing and asking, as Compose does when it replaces one.
        if ((cause as { statusCode?: number }).statusCode === 404) return undefined
        throw cause
      }),
    ),
  )
  return described
    .filter((inspect) => inspect !== undefined)
    .map((inspect) => ({ id: inspect.Id, inspect, state: stateOf(inspect) }))
    .sort((a, b) => a.state.container.localeCompare(b.state.container))
}

function stateOf(inspect: Dockerode.ContainerInspectInfo): ContainerState {
  const { State: state } = inspect
  // A stopped container keeps the health it had last, and stopping makes it "unhealthy": that says nothing.
  const health = state.Running ? state.Health?.Status : undefined
  return {
    service: inspect.Config.Labels[serviceLabel] ?? '',
    container: inspect.Name.replace(/^\//, ''),
    status: state.Status,
    ...(health && health !== 'none' ? { health: health as 'starting' | 'healthy' | 'unhealthy' } : {}),
    ...(state.Status === 'exited' || state.Status === 'dead' || state.Status === 'restarting'
      ? { exitCode: state.ExitCode }
      : {}),
    outOfMemory: state.OOMKilled,
    ...(/^(no)?$/.test(inspect.HostConfig.RestartPolicy?.Name ?? '') ? { restart: 'no' as const } : {}),
    restarts: inspect.RestartCount,
    startedAt: state.StartedAt,
    image: inspect.Image,
  }
}
