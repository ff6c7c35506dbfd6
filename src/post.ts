import * as core from '@actions/core'
import { clean } from './clean.ts'
import { Sink } from './redact/index.ts'

/** The step after the job: removes what the main step left, even if that was killed; safe to repeat. */
async function main(): Promise<void> {
  const runs = core.getState('run-id').split(' ').filter(Boolean)
  const sink = new Sink()
  for (const runId of runs) await clean(runId, process.env, (line) => sink.print(line))
}

// A job must not fail because there is no engine left to clean up in; the warning says so.
main().catch((cause) => core.warning(`nothing could be removed: ${cause instanceof Error ? cause.message : cause}`))
