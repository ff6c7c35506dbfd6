import { execaCommand } from './shell/execa-command.ts'
import { connectEngine } from './stack/engine.ts'
import { type Swept, sweepDead, sweepRun } from './stack/sweep.ts'

/** Removes what one run, or every run whose process has ended, left behind; says what it removed. */
export async function clean(
  runId: string | undefined,
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
): Promise<Swept> {
  const engine = await connectEngine(execaCommand, env, new AbortController().signal)
  const swept = runId === undefined ? await sweepDead(engine.api) : await sweepRun(engine.api, runId)
  const parts = Object.entries(swept).map(([what, count]) => `${count} ${count === 1 ? what.slice(0, -1) : what}`)
  print(`removed ${parts.join(', ')}`)
  return swept
}
