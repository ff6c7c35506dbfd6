import { randomUUID } from 'node:crypto'
import type { Writable } from 'node:stream'
import type Dockerode from 'dockerode'
import { RehearsalError } from '../errors.ts'
import { asking, type Described, type Engine } from './engine.ts'
import { prefixOf, roleLabel, runLabels, serviceLabel } from './labels.ts'
import type { CommandOptions, CommandResult } from './stack.ts'
import { copyFiles } from './volumes.ts'

/** A command inside a container that runs. */
export async function execIn(
  engine: Engine,
  id: string,
  argv: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const { env, user, files, ...process } = options
  if (files) await copyFiles(engine, id, files)
  const flags = [
    ...(options.stdin === undefined ? [] : ['--interactive']),
    ...Object.entries(env ?? {}).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...(user === undefined ? [] : ['--user', user]),
  ]
  return await engine.docker(['exec', ...flags, id, ...argv], process)
}

/**
 * A copy of a service's container with another command, removed afterwards. Compose's own `run` would start
 * dependencies and leave the configuration files out; `prepare` puts those in before it starts.
 */
export async function runOnce(
  engine: Engine,
  runId: string,
  { inspect, state }: Described,
  argv: readonly string[],
  options: CommandOptions,
  prepare: (container: string) => Promise<void>,
): Promise<CommandResult> {
  const { env, user, files, ...process } = options
  const [network, ...further] = Object.keys(inspect.NetworkSettings.Networks)
  const container = await asking(() =>
    engine.api.createContainer({
      name: `${prefixOf(runId)}_once_${randomUUID().slice(0, 8)}`,
      Image: inspect.Image,
      Cmd: [...argv],
      // Null where neither the image nor its release has any.
      Env: [...(inspect.Config.Env ?? []), ...Object.entries(env ?? {}).map(([name, value]) => `${name}=${value}`)],
      User: user ?? inspect.Config.User,
      WorkingDir: inspect.Config.WorkingDir,
      ...(inspect.Config.Entrypoint ? { Entrypoint: inspect.Config.Entrypoint } : {}),
      Labels: { ...runLabels(runId), [roleLabel]: 'once', [serviceLabel]: state.service },
      Healthcheck: { Test: ['NONE'] },
      ...(options.stdin === undefined ? {} : { OpenStdin: true, StdinOnce: true, AttachStdin: true }),
      HostConfig: {
        ...inspect.HostConfig,
        RestartPolicy: { Name: 'no' },
        PortBindings: {},
        ...(network ? { NetworkMode: network } : {}),
      },
    }),
  )
  try {
    for (const name of further) await asking(() => engine.api.getNetwork(name).connect({ Container: container.id }))
    await prepare(container.id)
    if (files) await copyFiles(engine, container.id, files)
    const input = options.stdin === undefined ? [] : ['--interactive']
    const result = await engine.docker(['start', '--attach', ...input, container.id], process)
    return result.exitCode === 0 ? result : await asEngineSaw(container, state.service, result)
  } finally {
    await container.remove({ force: true, v: true }).catch(() => undefined)
  }
}

/** The client ends with 1 where a program can't be started; and that memory ran out is known to the engine alone. */
async function asEngineSaw(
  container: Dockerode.Container,
  service: string,
  result: CommandResult,
): Promise<CommandResult> {
  const { State: state } = await asking(() => container.inspect())
  if (state.OOMKilled) {
    throw new RehearsalError('OUT_OF_MEMORY', `the command in ${service} was killed: it ran out of memory`, {
      where: service,
      hint: 'raise its memory limit, or give the machine more',
    })
  }
  return state.Error !== '' && state.ExitCode !== 0 ? { ...result, exitCode: state.ExitCode } : result
}

/** Copies one file out of a container. Throws STEP_FAILED where there is none. */
export async function copyOut(
  engine: Engine,
  id: string,
  path: string,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const result = await engine.docker(['cp', '--follow-link', `${id}:${path}`, file], { signal })
  if (result.exitCode === 0) return
  const said = result.stderr.trim().split('\n').at(-1) ?? ''
  throw new RehearsalError('STEP_FAILED', `the file ${path} can't be copied out of the container: ${said}`)
}

/** Streams a folder out of a container as a tar archive; false where it has none. */
export async function readFolder(
  engine: Engine,
  id: string,
  path: string,
  tar: Writable,
  signal: AbortSignal,
): Promise<boolean> {
  const result = await engine.docker(['cp', '--follow-link', `${id}:${path}`, '-'], { signal, stdout: tar })
  if (result.exitCode === 0) return true
  const said = result.stderr.trim().split('\n').at(-1) ?? ''
  if (/could not find the file|no such file or directory|no such container:path/i.test(said)) return false
  throw new RehearsalError('DATA_UNREAD', `the folder ${path} can't be read: ${said}`)
}

/** What the engine calls a path that a container has and its image has not. */
const added = 1

/** Whole paths of what a container has made outside of every volume. */
export async function ownFiles(engine: Engine, id: string): Promise<string[]> {
  const changes: unknown = await asking(() => engine.api.getContainer(id).changes())
  // Where there is none, the answer is `null`, which the client hands over as the text that it is.
  if (!Array.isArray(changes)) return []
  return (changes as { Path: string; Kind: number }[]).flatMap(({ Path, Kind }) => (Kind === added ? [Path] : []))
}
