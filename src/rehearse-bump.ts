import { leading } from './bump/bump.ts'
import { readEvent } from './bump/event.ts'
import { findBump } from './bump/find-bump.ts'
import { loadConfig } from './config/index.ts'
import { toProblem } from './errors.ts'
import { beginRun } from './rehearsal/begin.ts'
import { publishFailure, publishUnchanged } from './rehearsal/publish.ts'
import { rehearse } from './rehearse.ts'
import { versionFrom } from './releases/path.ts'
import type { Edge, Request } from './request.ts'
import { execaCommand } from './shell/execa-command.ts'
import type { Verdict } from './verdict/verdict.ts'

/**
 * Rehearses the version bump of a pull request: from what the pins hold at its base to what they hold at its head. A
 * change that is no upgrade of this stack passes without a rehearsal, and the verdict says so.
 */
export async function rehearseBump(
  request: Request,
  commits: { readonly base?: string | undefined },
  edge: Edge,
): Promise<Verdict> {
  const tools = { shell: execaCommand, env: edge.env, signal: edge.signal, cwd: edge.cwd }
  let found: Awaited<ReturnType<typeof findBump>>
  let tags: string
  try {
    const config = await loadConfig(request.config, edge.cwd, edge.env)
    tags = config.path.tags
    found = await findBump(config, commits, await readEvent(edge.env), tools)
  } catch (thrown) {
    const run = await beginRun(request, edge)
    return await publishFailure(run, edge, toProblem(thrown), thrown).finally(() => run.remove())
  }
  const { evidence, pins, base } = found
  edge.print(evidence.sentence)
  const bumped = { ...request, bump: evidence }
  const changed = leading(pins)
  if (changed?.before === undefined || changed.after === undefined) {
    const run = await beginRun(bumped, edge)
    return await publishUnchanged(run, edge, evidence).finally(() => run.remove())
  }
  const source = pins.map(({ before, after }) => before ?? after ?? '')
  const target = pins.map(({ before, after }) => after ?? before ?? '')
  const [from, to] = [versionFrom(changed.before, tags), versionFrom(changed.after, tags)]
  return await rehearse({ ...bumped, from, to, pins: { source, target }, ...(base ? { base } : {}) }, edge)
}
