import './lean-memory.ts'
import { setFailed } from '@actions/core'
import { mergeReports, rehearsal, showMatrix } from './action/commands.ts'
import { readInputs } from './action/inputs.ts'
import { exitCodes, RehearsalError } from './errors.ts'
import { Sink } from './redact/index.ts'
import { exitCodeOfError } from './request.ts'
import { nodeTooOld } from './version.ts'

/** The Action: inputs in, outputs and exit code out. */
async function main(): Promise<number> {
  const tooOld = nodeTooOld(process.versions.node)
  if (tooOld) throw new RehearsalError('USAGE', tooOld)
  const inputs = readInputs()
  const [sink, cwd] = [new Sink(), process.env.GITHUB_WORKSPACE ?? process.cwd()]
  switch (inputs.command) {
    case 'run':
    case 'bump':
    case 'bisect':
      return await rehearsal(inputs, sink, cwd)
    case 'merge':
      return await mergeReports(inputs, sink, cwd)
    case 'plan':
      await showMatrix(inputs, sink, cwd)
      return exitCodes.compatible
    case 'validate': {
      const { loadConfig } = await import('./config/index.ts')
      const config = await loadConfig(inputs.request.config, cwd, process.env)
      sink.print(`${config.file} is valid`)
      return exitCodes.compatible
    }
    case 'clean': {
      const { clean } = await import('./clean.ts')
      await clean(undefined, process.env, (line) => sink.print(line))
      return exitCodes.compatible
    }
  }
}

function explain(thrown: unknown): number {
  const known = thrown instanceof RehearsalError
  setFailed(
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
