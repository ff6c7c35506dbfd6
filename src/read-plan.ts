import { rm } from 'node:fs/promises'
import type { Plan } from './plan/plan.ts'
import type { Sink } from './redact/index.ts'
import { planRehearsal } from './rehearse.ts'
import type { Request } from './request.ts'
import { makeScratch, newRunId } from './stack/scratch.ts'

/** What a run would do. Reads the configuration and the stack; starts and pulls nothing. */
export async function readPlan(request: Request, cwd: string, env: NodeJS.ProcessEnv, sink: Sink): Promise<Plan> {
  const scratch = await makeScratch(newRunId())
  try {
    const { plan, config } = await planRehearsal(
      request,
      { cwd, env, signal: new AbortController().signal, sink },
      scratch,
    )
    for (const value of config.secrets) sink.redactor.learn(value)
    return plan
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
