import './lean-memory.ts'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import * as core from '@actions/core'
import { exitCodes, RehearsalError } from './errors.ts'
import { onInterrupt } from './interrupt.ts'
import { merge } from './merge/merge.ts'
import type { MergedVerdict } from './merge/merged.ts'
import { planMatrix } from './plan-matrix.ts'
import { readPlan } from './read-plan.ts'
import { Sink } from './redact/index.ts'
import { rehearseBump } from './rehearse-bump.ts'
import { rehearsePaths } from './rehearse-paths.ts'
import { createActionsLog, inert, planTree } from './reports/index.ts'
import { type Edge, exitCodeOfError, type Request } from './request.ts'
import { runVisibly } from './shell/visible-command.ts'
import { exitCodeOf } from './verdict/judge.ts'
import type { Verdict } from './verdict/verdict.ts'
import { nodeTooOld } from './version.ts'

const sink = new Sink()

/** What is printed may hold words of an application's: none of them is a command for the runner. */
function print(text: string): void {
  for (const line of text.split('\n')) sink.print(inert(line))
}

function optional(name: string): string | undefined {
  return core.getInput(name) || undefined
}

function trueOrFalse(name: string): boolean {
  const given = core.getInput(name) || 'false'
  if (given === 'true' || given === 'false') return given === 'true'
  throw new RehearsalError('USAGE', `the input "${name}" is "${given}"; write true or false`)
}

/** Inputs as GitHub hands them over, parsed strictly: a typo is an error, never a default. */
function readInputs(): { readonly command: string; readonly request: Request } {
  const [strict, capture] = [trueOrFalse('strict'), trueOrFalse('capture')]
  const command = optional('command') ?? 'run'
  const commands = ['run', 'plan', 'merge', 'bump', 'validate', 'clean']
  if (!commands.includes(command)) {
    throw new RehearsalError('USAGE', `the input "command" is "${command}"; write one of: ${commands.join(', ')}`)
  }
  if (capture && command !== 'run') {
    throw new RehearsalError('USAGE', `the input "capture" is of the command run, and "command" is "${command}"`)
  }
  const values = {
    config: optional('config'),
    from: optional('from'),
    to: optional('to'),
    toImage: optional('to-image'),
    path: optional('path'),
  }
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
  return {
    command,
    request: {
      ...given,
      reportDir: optional('report-dir') ?? 'upgrade-report',
      strict,
      capture,
      keep: false,
    },
  }
}

async function main(): Promise<number> {
  const tooOld = nodeTooOld(process.versions.node)
  if (tooOld) throw new RehearsalError('USAGE', tooOld)
  const { command, request } = readInputs()
  const [cwd, env] = [process.env.GITHUB_WORKSPACE ?? process.cwd(), process.env]
  if (command === 'plan') {
    await showMatrix(request, cwd, env)
    return exitCodes.compatible
  }
  if (command === 'merge') {
    const folders = (optional('reports') ?? 'reports').split(/\s*\n\s*/).filter(Boolean)
    const merged = await merge({ folders, matrix: optional('matrix'), reportDir: request.reportDir }, cwd, sink)
    await announce(merged, request, cwd)
    return exitCodeOf(merged, { strict: request.strict })
  }
  if (command === 'validate') {
    const { loadConfig } = await import('./config/index.ts')
    const config = await loadConfig(request.config, cwd, env)
    sink.print(`${config.file} is valid`)
    return exitCodes.compatible
  }
  if (command === 'clean') {
    const { clean } = await import('./clean.ts')
    await clean(undefined, env, (line) => sink.print(line))
    return exitCodes.compatible
  }
  await runVisibly('the engine', ['docker', 'version'])
  return await run(request, cwd, env, command === 'bump' ? bump : rehearsePaths)
}

/** The matrix as an output; of a single path, the whole plan is shown. */
async function showMatrix(request: Request, cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const wanted = { tier: optional('tier'), jobs: optional('jobs'), durations: optional('durations') }
  const { signal } = onInterrupt(process)
  const matrix = await planMatrix(request, wanted, { cwd, env, sink, signal })
  core.setOutput('matrix', matrix)
  const [only, ...others] = matrix.include
  if (only?.from === undefined || others.length > 0) {
    for (const { id, paths } of matrix.include) print(`${id}  ${paths}`)
    return
  }
  const plan = await readPlan({ ...request, path: only.paths }, cwd, env, sink)
  print(planTree(plan))
  core.setOutput('from', plan.releases[0]?.version)
  core.setOutput('to', plan.releases.at(-1)?.version)
}

async function bump(request: Request, edge: Edge): Promise<Verdict> {
  return await rehearseBump(request, { base: optional('base') }, edge)
}

async function run(
  request: Request,
  cwd: string,
  env: NodeJS.ProcessEnv,
  rehearse: (request: Request, edge: Edge) => Promise<Verdict>,
): Promise<number> {
  const interrupt = onInterrupt(process)
  let log: ReturnType<typeof createActionsLog> | undefined
  const edge: Edge = {
    cwd,
    env,
    sink,
    signal: interrupt.signal,
    // Before anything is created: the post step finds it even if this process is killed.
    onRun: (runId) => core.saveState('run-id', runId),
    print,
    show: (plan) => {
      print(planTree(plan))
      log = createActionsLog({ plan, print: (line) => sink.print(line), token: randomBytes(16).toString('hex') })
      return log
    },
  }
  const verdict = await rehearse(request, edge).finally(() => log?.close())
  await announce(verdict, request, cwd)
  return interrupt.exitCode ?? exitCodeOf(verdict, { strict: request.strict })
}

/** Outputs and job summary; neither can change the verdict. */
async function announce(verdict: Verdict | MergedVerdict, request: Request, cwd: string): Promise<void> {
  core.setOutput('verdict', verdict.verdict)
  core.setOutput('reasons', verdict.reasons.map((reason) => reason.code).join(','))
  if ('rollback' in verdict) {
    core.setOutput('rollback', verdict.rollback)
    core.setOutput('from', verdict.from.version)
    core.setOutput('to', verdict.to.version)
  }
  const reportDir = resolve(cwd, request.reportDir)
  core.setOutput('report-dir', reportDir)
  core.setOutput('junit-path', join(reportDir, 'junit.xml'))
  core.setOutput('verdict-path', join(reportDir, 'verdict.json'))
  if (!process.env.GITHUB_STEP_SUMMARY) return
  const summary = await readFile(join(reportDir, 'summary.md'), 'utf8').catch(() => '')
  await core.summary
    .addRaw(summary, true)
    .write()
    .catch((cause) => core.warning(`the job summary could not be written: ${cause}`))
}

function explain(thrown: unknown): number {
  const known = thrown instanceof RehearsalError
  core.setFailed(
    known
      ? [thrown.message, thrown.details.hint].filter(Boolean).join('\n')
      : String(thrown instanceof Error ? thrown.stack : thrown),
  )
  return known ? exitCodeOfError(thrown) : exitCodes.internal
}

// Where nobody reads any more, the rehearsal still has to end properly and to remove everything.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

// A run that stops without an end, because nothing is left to wait for, must not look like a pass.
process.exitCode = exitCodes.internal
main()
  .catch(explain)
  .then((code) => {
    process.exitCode = code
    // A connection to an engine that stopped answering would keep this process for ever.
    setTimeout(() => process.exit(), 5_000).unref()
  })
