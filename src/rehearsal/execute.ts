import { arch, platform } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { didYouMean } from '../fields/index.ts'
import { fixtureKind, procedureVolumes } from '../plan/kinds.ts'
import { type Plan, rolledServices } from '../plan/plan.ts'
import type { ResolvedImage } from '../releases/release.ts'
import type { Edge, Request } from '../request.ts'
import { withDeadline } from '../run/deadline.ts'
import { Runner } from '../run/runner.ts'
import type { CommandPort } from '../shell/command.ts'
import type { DoorTarget } from '../stack/door.ts'
import type { Engine } from '../stack/engine.ts'
import { prefixOf, runLabel } from '../stack/labels.ts'
import { makeStack, type StackReader } from '../stack/make-stack.ts'
import type { Stack } from '../stack/stack.ts'
import { sweepRun } from '../stack/sweep.ts'
import { doubtsOf } from '../verdict/attribution.ts'
import { toolVersion } from '../version.ts'
import { baselineCache } from './baseline-cache.ts'
import { pathOf, type Run } from './begin.ts'
import type { Pull } from './pull-once.ts'
import { userEnvironment } from './user-environment.ts'

export interface Execution {
  readonly request: Request
  readonly edge: Edge
  readonly run: Run
  readonly config: Config
  readonly plan: Plan
  readonly reader: StackReader
  readonly targets: readonly DoorTarget[]
  readonly shell: CommandPort
  readonly engine: Engine
  readonly pull: Pull
}

/** Evidence may take this long after a run that ended by itself, and after one that was cancelled; milliseconds. */
const evidenceMs = { ended: 60_000, cancelled: 2_000 }

/** Carries the plan out and keeps the evidence; what happened is in the journal. Throws where nothing could begin. */
export async function execute(execution: Execution): Promise<void> {
  const { edge, run, config, plan, request, engine, reader } = execution
  const startedAt = performance.now()
  run.sweep = () => sweepRun(engine.api, run.id)
  run.journal.write({
    type: 'run-started',
    runId: run.id,
    tool: toolVersion,
    config: config.file,
    environment: environmentOf(engine),
  })
  const images = Promise.withResolvers<readonly ResolvedImage[]>()
  // Whoever waits for the images hears of it; nobody waiting is no crash.
  images.promise.catch(() => undefined)
  const stack = await openStack(execution, images.promise)
  const controller = withTotal(plan.totalMs, edge.signal)
  const runner = new Runner({
    config,
    plan,
    stack,
    journal: run.journal,
    shell: execution.shell,
    signal: controller.signal,
    pull: async (references, signal) => {
      const pulling = execution.pull(references, signal)
      pulling.then(images.resolve, images.reject)
      return await pulling
    },
    doubts: () => doubtsOf(plan, run.journal.entries),
    scratch: run.scratch,
    ...(request.trunk ? { shared: { ...identityOf(run, plan), trunk: request.trunk } } : {}),
    ...(config.checkpoint.cache === undefined
      ? {}
      : { cache: baselineCache(config, config.checkpoint.cache, reader, run.scratch) }),
    openLog: (phase, { container }, onLine) =>
      openLog(execution, join(phase, container.slice(prefixOf(run.id).length + 1)), { onLine }),
    openOutput: (step) => openLog(execution, join('steps', step)),
    userEnvironment: userEnvironment(edge.env, config, plan, execution.targets, stack),
  })
  // At once: what is seen after the interrupt may be the interrupt's doing.
  const cancelled = () => run.journal.write({ type: 'cancelled', signal: (edge.signal.reason as Error).message })
  edge.signal.addEventListener('abort', cancelled, { once: true })
  try {
    await runner.run()
    const within = edge.signal.aborted ? evidenceMs.cancelled : evidenceMs.ended
    await withDeadline(within, new AbortController().signal, 'keeping the logs', (signal) =>
      runner.keepLastLogs(signal),
    )
  } finally {
    await stack.settled()
    controller.end()
  }
  if (request.keep) run.journal.write({ type: 'kept', how: await lookAround(run.id, stack) })
  run.journal.write({ type: 'run-finished', ms: Math.round(performance.now() - startedAt) })
}

/** By what others call what this rehearsal leaves to them. */
function identityOf(run: Run, plan: Plan) {
  const { id: runId, reportDir } = run
  return { runId, reportDir, path: pathOf(run, plan) ?? '', target: plan.releases.at(-1)?.version ?? '' }
}

async function openStack(execution: Execution, images: Promise<readonly ResolvedImage[]>): Promise<Stack> {
  const { config, plan, reader, run, targets, engine } = execution
  const filled = config.fixtures.flatMap((fixture, index) => {
    const key = fixtureKind(fixture).volume?.(fixture.options as never, config.folder)
    const at = ['fixtures', index, fixture.kind, fixture.kind === 'volume' ? 'name' : 'volume']
    return key === undefined ? [] : [{ key, at }]
  })
  const stack = await makeStack(config, plan.releases, reader, {
    engine,
    runId: run.id,
    network: config.network,
    targets,
    filled: new Set(filled.map(({ key }) => key)),
    rolled: new Set(rolledServices(plan)),
    graceMs: config.upgrade.grace,
    forks: config.checkpoint.forks,
    scratch: run.scratch,
    images,
  })
  for (const { key, at } of [...filled, ...procedureVolumes(config)]) {
    if (stack.volumeKeys.includes(key)) continue
    const known = didYouMean(key, stack.volumeKeys) || '; it has none'
    throw new RehearsalError('CONFIG', `${config.at(at)}: the stack has no volume "${key}"${known}`)
  }
  return stack
}

function withTotal(ms: number, parent: AbortSignal): { readonly signal: AbortSignal; readonly end: () => void } {
  const total = new AbortController()
  const timer = setTimeout(
    () =>
      total.abort(
        new RehearsalError('TIMEOUT', 'the whole rehearsal took longer than limits.total', { where: 'limits.total' }),
      ),
    ms,
  )
  return { signal: AbortSignal.any([parent, total.signal]), end: () => clearTimeout(timer) }
}

function openLog({ edge, run }: Execution, name: string, options?: { readonly onLine: (line: string) => void }) {
  const file = join('logs', `${name}.log`)
  const log = edge.sink.logFile(join(run.reportDir, file), options)
  log.once('close', () => {
    run.journal.write({ type: 'evidence', file, truncated: log.truncated })
    if (!log.error) return
    const code = (log.error as NodeJS.ErrnoException).code === 'ENOSPC' ? 'NO_SPACE' : 'EVIDENCE_LOST'
    run.journal.write({
      type: 'problem',
      problem: { code, message: `can't write ${file}: ${log.error.message}`, where: file },
    })
  })
  return log
}

function environmentOf(engine: Engine) {
  return {
    engine: engine.version,
    ...(engine.composeVersion === undefined ? {} : { compose: engine.composeVersion }),
    node: process.version,
    tool: toolVersion,
    platform: `${platform()}/${arch()}`,
  }
}

async function lookAround(runId: string, stack: Stack): Promise<string[]> {
  const running = (await stack.containers()).filter(({ status }) => status === 'running')
  return [
    `docker ps --all --filter label=${runLabel}=${runId}`,
    ...running.map(({ container }) => `docker exec -it ${container} sh`),
    `upgrade-rehearsal clean --run ${runId}   removes it`,
  ]
}
