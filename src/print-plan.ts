import { rm } from 'node:fs/promises'
import type { Sink } from './redact/index.ts'
import { planRehearsal } from './rehearse.ts'
import { planTree } from './reports/index.ts'
import type { Request } from './request.ts'
import { makeScratch, newRunId } from './stack/scratch.ts'

/** Prints what a run would do. Reads the configuration and the stack; starts and pulls nothing. */
export async function printPlan(request: Request, cwd: string, env: NodeJS.ProcessEnv, sink: Sink): Promise<void> {
  const scratch = await makeScratch(newRunId())
  try {
    const signal = new AbortController().signal
    const edge = { cwd, env, sink, signal, onRun: () => undefined, show: () => ({ onEntry: () => undefined }) }
    const { plan, config } = await planRehearsal(request, edge, scratch)
    for (const value of config.secrets) sink.redactor.learn(value)
    sink.print(planTree(plan))
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
