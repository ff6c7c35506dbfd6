import { resolve } from 'node:path'
import { setOutput } from '@actions/core'
import { type Interrupt, onInterrupt } from '../interrupt.ts'
import { merge } from '../merge/merge.ts'
import { planMatrix } from '../plan-matrix.ts'
import { readPlan } from '../read-plan.ts'
import type { Sink } from '../redact/index.ts'
import { rehearseAll } from '../rehearse-all.ts'
import { bisect } from '../rehearse-bisect.ts'
import { rehearseBump } from '../rehearse-bump.ts'
import { rehearsePaths } from '../rehearse-paths.ts'
import { planTree } from '../reports/index.ts'
import type { Request } from '../request.ts'
import { runVisibly } from '../shell/visible-command.ts'
import { exitCodeOf } from '../verdict/judge.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { type ActionEdge, actionEdge, printing } from './edge.ts'
import type { Inputs } from './inputs.ts'
import { announce, announceBreak } from './outputs.ts'

/** Rehearses, sets the outputs, and gives the exit code. */
export async function rehearsal(inputs: Inputs, sink: Sink, cwd: string): Promise<number> {
  const { command, request } = inputs
  const reportDir = resolve(cwd, request.reportDir)
  return await interruptible(request.strict, sink, cwd, async (shown) => {
    if (command === 'bisect') {
      const found = await bisect(request, shown.edge)
      await announceBreak(found, reportDir)
      return found
    }
    const verdict = await rehearsed(inputs, shown)
    shown.close()
    await announce(verdict, reportDir)
    return verdict
  })
}

function rehearsed({ command, all, request, tier, jobs, base }: Inputs, { edge, named }: ActionEdge) {
  if (command === 'bump') return rehearseBump(request, { base }, edge)
  return all ? rehearseAll(request, { tier, jobs, edgeOf: named }, edge) : rehearsePaths(request, edge)
}

async function interruptible(
  strict: boolean,
  sink: Sink,
  cwd: string,
  work: (shown: ActionEdge) => Promise<Pick<Verdict, 'verdict'>>,
): Promise<number> {
  const interrupt: Interrupt = onInterrupt(process)
  await runVisibly('the engine', ['docker', 'version'])
  const shown = actionEdge(sink, interrupt.signal, cwd)
  const verdict = await work(shown).finally(() => shown.close())
  return interrupt.exitCode ?? exitCodeOf(verdict, { strict })
}

export async function mergeReports(inputs: Inputs, sink: Sink, cwd: string): Promise<number> {
  const { request, reports, matrix } = inputs
  const merged = await merge({ folders: reports, matrix, reportDir: request.reportDir }, cwd, sink)
  await announce(merged, resolve(cwd, request.reportDir))
  return exitCodeOf(merged, { strict: request.strict })
}

/** The matrix as an output; of a single path, the whole plan is shown. */
export async function showMatrix(inputs: Inputs, sink: Sink, cwd: string): Promise<void> {
  const { request, tier, jobs, durations } = inputs
  const { signal } = onInterrupt(process)
  const print = printing(sink)
  const matrix = await planMatrix(request, { tier, jobs, durations }, { cwd, env: process.env, sink, signal })
  setOutput('matrix', matrix)
  const [only, ...others] = matrix.include
  if (only?.from === undefined || others.length > 0) {
    for (const { id, paths } of matrix.include) print(`${id}  ${paths}`)
    return
  }
  const one: Request = { ...request, path: only.paths }
  const plan = await readPlan(one, cwd, process.env, sink)
  print(planTree(plan))
  setOutput('from', plan.releases[0]?.version)
  setOutput('to', plan.releases.at(-1)?.version)
}
