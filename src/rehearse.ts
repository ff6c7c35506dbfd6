import { refuseSecretFixtures } from './bump/trust.ts'
import { type Config, loadConfig } from './config/index.ts'
import { RehearsalError, toProblem } from './errors.ts'
import { newOrigins, smokeUrls, withSource } from './plan/kinds.ts'
import { type Plan, rolledServices } from './plan/plan.ts'
import { makePlan } from './plan/planner.ts'
import { withRecognised } from './plan/recognise.ts'
import { beginRun } from './rehearsal/begin.ts'
import { type Placed, placeCaptured, refuseExisting } from './rehearsal/captured.ts'
import { execute } from './rehearsal/execute.ts'
import { openProofs } from './rehearsal/proofs.ts'
import { publish, publishFailure, publishProven } from './rehearsal/publish.ts'
import { pullOnce } from './rehearsal/pull-once.ts'
import { resolveReleases } from './releases/resolve.ts'
import { refuseSameReferences } from './releases/same-images.ts'
import type { Edge, Request } from './request.ts'
import { execaCommand } from './shell/execa-command.ts'
import { doorImage } from './stack/door-image.ts'
import { connectEngine } from './stack/engine.ts'
import { changesOf, doorTargets, makeReader, requireSettings, type StackReader } from './stack/make-stack.ts'
import { type Secret, secretsOf } from './stack/secrets.ts'
import { isPass } from './verdict/exit-code.ts'
import { judge } from './verdict/judge.ts'
import type { Verdict } from './verdict/verdict.ts'
import { readPathId } from './versions/index.ts'

/**
 * The whole story: load → resolve → plan → run → judge → report, and everything removed at the end. Never throws for
 * what happens to a rehearsal: that is its verdict. A fault of the configuration is thrown, after it was reported.
 */
export async function rehearse(request: Request, edge: Edge): Promise<Verdict> {
  const run = await beginRun(request, edge)
  const unneeded = new AbortController()
  // Connecting takes as long as planning does: both at once.
  const engine = connectEngine(execaCommand, edge.env, AbortSignal.any([edge.signal, unneeded.signal]))
  engine.catch(() => undefined)
  let placed: Placed | undefined
  try {
    const { config, plan, reader } = await planRehearsal(request, edge, run.scratch)
    learnSecrets(edge, config, await secretsOf(config, reader.releases))
    run.journal.listen(edge.show(plan))
    const targets = doorTargets(config, reader, [
      ...smokeUrls(config),
      ...rolledServices(plan).flatMap((one) => newOrigins(config, one)),
    ])
    const pull = pullOnce(await engine, run, reader)
    const shell = execaCommand
    const execution = { request, edge, run, config, plan, reader, targets, shell, engine: await engine, pull }
    const proofs = await openProofs(execution)
    if (proofs.before) return await publishProven(run, edge, proofs.before)
    await execute(execution)
    const verdict = judge({ plan, entries: run.journal.entries, runId: run.id })
    await proofs.keep(verdict)
    placed = await placeCaptured(verdict, run.journal.entries, config.folder, run.id)
    const [published] = await Promise.all([publish(run, edge, plan, placed.verdict), run.remove()])
    if (!isPass(published)) await placed.takeBack()
    return published
  } catch (thrown) {
    unneeded.abort(thrown)
    await placed?.takeBack()
    return await publishFailure(run, edge, toProblem(thrown), thrown)
  } finally {
    await run.remove()
  }
}

/** What is too short to be looked for would hide half of every text: that is said, so that it can be changed. */
function learnSecrets({ sink }: Edge, config: Config, secrets: readonly Secret[]): void {
  for (const { label, value } of secrets) sink.redactor.learn(value, label)
  for (const value of config.secrets) sink.redactor.learn(value, 'a value from the environment')
  for (const label of sink.redactor.ignored)
    sink.print(`note: ${label} is too short to be kept out of the reports (6 characters at least)`)
}

/** What is left up is the upgraded stack: a way back would take its place. */
function asRequested(
  given: Config,
  { keep, capture, trunk, shared = Number.MAX_SAFE_INTEGER, upgradeOnly, noCache }: Request,
): Config {
  const { cache: _, ...checkpoint } = given.checkpoint
  const loaded = noCache ? { ...given, checkpoint } : given
  if (keep && capture) throw new RehearsalError('USAGE', 'what is left up can not be captured: --capture stops it')
  if (keep) return { ...loaded, rollback: [], kept: true }
  const config = upgradeOnly ? { ...loaded, rollback: [] } : loaded
  return trunk ? { ...config, shared } : config
}

/** Reads everything and decides what would be done, without touching the engine. Throws CONFIG, USAGE, STACK_… */
export async function planRehearsal(
  request: Request,
  edge: Pick<Edge, 'cwd' | 'env' | 'signal' | 'sink'>,
  scratch: string,
): Promise<{ readonly config: Config; readonly plan: Plan; readonly reader: StackReader }> {
  const loaded = await loadConfig(request.config, edge.cwd, edge.env)
  const config = asRequested(loaded, request)
  const git = { shell: execaCommand, env: edge.env, signal: edge.signal }
  await refuseSecretFixtures(config, git)
  await requireSettings(config)
  const reader = makeReader(config, scratch, execaCommand, edge.env, edge.signal)
  const { path: id, ...ends } = request
  const wanted = id === undefined ? ends : { ...ends, ...readPathId(id) }
  const { releases, notes } = await resolveReleases(config, wanted, reader.read, {
    shell: execaCommand,
    scratch,
    signal: edge.signal,
    env: edge.env,
    onSecret: (value, label) => edge.sink.redactor.learn(value, label),
  })
  refuseSameReferences(releases)
  const filled = withSource(config, releases[0]?.version ?? '')
  const dated: Config = request.capture ? { ...filled, capture: true } : filled
  // Which file a path with {source.version} means is known only now.
  await refuseSecretFixtures(dated, git)
  const known = withRecognised(dated, releases)
  const made = makePlan(known, releases, [doorImage], changesOf(reader, releases.length))
  await refuseExisting(made, config.folder)
  return { config: known, plan: notes.length > 0 ? { ...made, notes } : made, reader }
}
