import type { Writable } from 'node:stream'
import { type ProblemDetails, RehearsalError } from '../errors.ts'
import { commandLine } from '../fields/index.ts'
import type { Command } from '../plan/plan.ts'
import type { CommandResult } from '../stack/stack.ts'
import type { ContainerState } from './journal.ts'
import { type OutputWatch, watchOutput } from './output-watch.ts'
import type { Scene, Spot } from './scene.ts'

/**
 * Runs a command of the procedure once, and never again. It succeeds by its exit code and by what it prints; all that
 * it prints is kept. Throws STEP_FAILED, MIGRATION_FAILED once the target's own code has run, and NOT_QUIESCED.
 */
export async function runCommand(scene: Scene, command: Command, spot: Spot): Promise<string> {
  const { stack } = scene.ports
  const before = await stack.containers()
  const quiesced = command.quiesced ?? []
  refuseRunning(quiesced, before, 'before the migration began')
  if (command.where === 'once') scene.startsContainers()
  if (command.dependencies && command.service !== undefined) {
    await stack.startDependencies(command.service, spot.signal)
  }
  const startedAt = performance.now()
  const { result, lines, watch } = await perform(scene, command, spot)
  const ms = Math.round(performance.now() - startedAt)
  const { journal } = scene.ports
  journal.write({
    type: 'command',
    step: spot.step.id,
    ms,
    exitCode: result.exitCode,
    migration: command.quiesced !== undefined,
  })
  const after = await stack.containers()
  refuseRunning(quiesced, after, 'while the migration ran')
  refuseStarted(quiesced, before, after)
  judge(command, result, lines, watch, scene.upgraded)
  return `exit code 0, ${lines.count} lines`
}

interface Lines {
  count: number
  readonly last: string[]
}

async function perform(
  scene: Scene,
  command: Command,
  spot: Spot,
): Promise<{ result: CommandResult; lines: Lines; watch: OutputWatch }> {
  const { stack, shell, config } = scene.ports
  const { fill, pattern } = scene.context(spot)
  const patternOf = (source: string | undefined) => (source === undefined ? undefined : pattern(source))
  const watch = watchOutput(patternOf(command.forbid), patternOf(command.require))
  const tell = scene.tell(spot)
  const lines: Lines = { count: 0, last: [] }
  const file = scene.ports.openOutput(spot.step.id)
  const onLine = (line: string) => {
    lines.count += 1
    lines.last.push(line)
    if (lines.last.length > 15) lines.last.shift()
    watch.look(line)
    file.write(`${line}\n`)
    tell(line)
  }
  const argv = command.run.map(fill)
  try {
    const options = {
      signal: spot.signal,
      onLine,
      ...(command.env ? { env: command.env } : {}),
      ...(command.user === undefined ? {} : { user: command.user }),
    }
    const service = command.service ?? ''
    const result =
      command.where === 'here'
        ? await shell.run(argv, { ...options, folder: config.folder, env: scene.environment(spot) })
        : await (command.where === 'once' ? stack.run(service, argv, options) : stack.exec(service, argv, options))
    watch.look(result.stdout + (result.stderr === '' ? '' : `\n${result.stderr}`))
    return { result, lines, watch }
  } finally {
    await closed(file)
  }
}

function judge(
  command: Command,
  result: CommandResult,
  lines: Lines,
  { forbidden, required }: OutputWatch,
  targetRuns: boolean,
): void {
  const failed = (message: string, details: ProblemDetails) => {
    // A shell that can't find the program says so with these; then nothing of the release has been run.
    const missing = result.exitCode === 126 || result.exitCode === 127
    return new RehearsalError(targetRuns && !missing ? 'MIGRATION_FAILED' : 'STEP_FAILED', message, {
      ...(command.service === undefined ? {} : { where: command.service }),
      log: lines.last,
      hint: 'it was run once and is not tried again; all it printed is in the logs of the report',
      ...details,
    })
  }
  const name = commandLine(command.run)
  if (result.exitCode !== 0) {
    const actual = `exit code ${result.exitCode}`
    throw failed(`"${name}" ended with exit code ${result.exitCode}`, { expected: 'exit code 0', actual })
  }
  if (forbidden) {
    throw failed(`"${name}" ended with exit code 0, but printed "${forbidden.line}"`, {
      expected: `no line with /${command.forbid}/`,
      actual: forbidden.line,
    })
  }
  if (!required) {
    throw failed(`"${name}" ended with exit code 0, but never printed what shows its success`, {
      expected: `a line with /${command.require}/`,
      actual: `none in ${lines.count} lines`,
    })
  }
}

function refuseRunning(quiesced: readonly string[], containers: readonly ContainerState[], when: string): void {
  const running = containers.find(({ service, status }) => quiesced.includes(service) && status === 'running')
  if (running) throw notQuiesced(running.service, when)
}

/** One that was started and has ended again meanwhile did run as well. */
function refuseStarted(
  quiesced: readonly string[],
  before: readonly ContainerState[],
  after: readonly ContainerState[],
): void {
  const started = new Map(before.map((one) => [one.container, one.startedAt]))
  const again = after.find(
    (one) => quiesced.includes(one.service) && isTime(one.startedAt) && started.get(one.container) !== one.startedAt,
  )
  if (again) throw notQuiesced(again.service, 'while the migration ran')
}

/** A container that never started has the year 1 here. */
function isTime(startedAt: string | undefined): boolean {
  return startedAt !== undefined && !startedAt.startsWith('0001-')
}

function notQuiesced(service: string, when: string): RehearsalError {
  return new RehearsalError('NOT_QUIESCED', `${service} was to be stopped, but ran ${when}`, {
    where: service,
    hint: 'what starts it again? a one-shot that starts its dependencies does; leave "dependencies" out',
  })
}

async function closed(file: Writable): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  file.once('close', resolve)
  file.end()
  await promise
}
