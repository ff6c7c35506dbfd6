import './lean-memory.ts'
import { Command, CommanderError, Option } from 'commander'
import {
  type MatrixOptions,
  mergeAll,
  type RunOptions,
  run,
  runAll,
  searchBreak,
  showMatrix,
  showPlan,
} from './commands.ts'
import { defaultFiles, jsonSchema, loadConfig } from './config/index.ts'
import { exitCodes, RehearsalError } from './errors.ts'
import { Sink } from './redact/index.ts'
import { exitCodeOfError } from './request.ts'
import { nodeTooOld, toolVersion } from './version.ts'

const sink = new Sink()
/** The command line: options in, exit code out. */
async function main(argv: readonly string[]): Promise<number> {
  const tooOld = nodeTooOld(process.versions.node)
  if (tooOld) throw new RehearsalError('USAGE', tooOld)
  let code: number = exitCodes.compatible
  const program = new Command('upgrade-rehearsal')
    .description('Rehearse an upgrade on restored data: is it safe, and is there a way back?')
    .version(toolVersion)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => sink.print(text.trimEnd()),
      writeErr: (text) => sink.print(text.trimEnd(), 'err'),
    })
  withRunOptions(program.command('run', { isDefault: true }).description('rehearse the upgrade and write the reports'))
    .option('--report-dir <dir>', 'folder for the reports', 'upgrade-report')
    .option('--strict', 'a verdict with warnings ends with exit code 22')
    .option('--keep', 'leave the stack up for a look around')
    .option(
      '--capture',
      'after a pass, write the target as fixtures: {source.version} in their path is the target then',
    )
    .option(
      '--reproducible',
      'leave run id, times and addresses out of verdict.json: two runs that saw the same write the same',
    )
    .option('--no-cache', 'rehearse what is proven too, and restore the baseline anew')
    .option('--all', 'rehearse every path that "plan --matrix" lists, and merge their reports')
    .option('--jobs <count>', 'with --all, how many at a time (default: 1)')
    .option('--tier <tier>', 'with --all, which paths: pr, nightly or weekly (default: weekly)')
    .addOption(new Option('--dry-run', 'only print the plan'))
    .action(async ({ all, ...options }: RunOptions & MatrixOptions & { dryRun?: boolean; all?: boolean }) => {
      if (all) code = await runAll(sink, options)
      else code = options.dryRun ? await showPlan(sink, options) : await run(sink, options)
    })
  program
    .command('bump')
    .description('rehearse the version bump of a pull request; what is no upgrade of this stack passes')
    .option('--config <file>', `configuration (default: ${defaultFiles.join(', then ')})`)
    .option('--base <commit>', 'what production runs (default: from the pull request)')
    .option('--report-dir <dir>', 'folder for the reports', 'upgrade-report')
    .option('--strict', 'a verdict with warnings ends with exit code 22')
    .action(async ({ base, ...options }: RunOptions & { base?: string }) => {
      code = await run(sink, options, async (request, edge) => {
        const { rehearseBump } = await import('./rehearse-bump.ts')
        return await rehearseBump(request, { base }, edge)
      })
    })
  program
    .command('bisect')
    .description('find the first release that the source can not be upgraded to, by halving the releases between')
    .option('--config <file>', `configuration (default: ${defaultFiles.join(', then ')})`)
    .option('--from <version>', 'source version, instead of what the pin says')
    .option('--to <version>', 'the release that is known to break (default: the target)')
    .option('--report-dir <dir>', 'folder for the reports, one a rehearsal, and for bisect.json', 'upgrade-report')
    .action(async (options: RunOptions) => {
      code = await searchBreak(sink, options)
    })
  withRunOptions(program.command('plan').description('print what a run would do; starts nothing'))
    .option('--matrix', 'print the supported paths as a JSON matrix for CI jobs')
    .option('--tier <tier>', 'of the matrix, what this event is worth: pr, nightly or weekly (default: weekly)')
    .option('--jobs <count>', 'of the matrix, the most jobs; more paths share them (default: 256)')
    .option('--durations <file or folder>', 'of the matrix, how long paths took before: earlier reports')
    .action(async (options: RunOptions & MatrixOptions) => {
      code = options.matrix ? await showMatrix(sink, options) : await showPlan(sink, options)
    })
  program
    .command('merge')
    .description('merge the reports of many jobs into one')
    .argument('<folders...>', 'folders that the reports are in')
    .option('--matrix <file>', 'what was planned (default: matrix.json in the folders)')
    .option('--report-dir <dir>', 'folder for the merged report', 'upgrade-report')
    .option('--strict', 'a verdict with warnings ends with exit code 22')
    .action(async (folders: string[], options: { matrix?: string; reportDir: string; strict?: boolean }) => {
      code = await mergeAll(sink, folders, options)
    })
  program
    .command('validate')
    .description('check the configuration; every fault with file, line and column')
    .option('--config <file>', `configuration (default: ${defaultFiles.join(', then ')})`)
    .action(async (options: { config?: string }) => {
      const config = await loadConfig(options.config, process.cwd(), process.env)
      const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`
      const parts = [count(config.smoke.length, 'check'), count(config.fixtures.length, 'fixture')]
      sink.print(`${config.file} is valid: ${parts.join(', ')}; "plan" looks at the stack and its services too`)
    })
  program
    .command('schema')
    .description('print the JSON Schema of the configuration')
    .action(() => sink.printJson(jsonSchema()))
  program
    .command('clean')
    .description('remove what runs left behind whose process has ended, kept ones too')
    .option('--run <id>', 'only what this run left')
    .action(async (options: { run?: string }) => {
      const { clean } = await import('./clean.ts')
      await clean(options.run, process.env, (line) => sink.print(line))
    })
  await program.parseAsync(argv, { from: 'user' })
  return code
}

function withRunOptions(command: Command): Command {
  return command
    .option('--config <file>', `configuration (default: ${defaultFiles.join(', then ')})`)
    .option('--from <version>', 'source version, instead of what the pin says')
    .option('--to <version>', 'target version')
    .option('--to-image <reference>', 'target image, such as a candidate that was just built')
    .option('--path <ids>', 'the paths to rehearse, as "plan --matrix" names them: 1.8.3..1.9.9..2.0.0')
}

/** A known error in plain words; the stack of an unknown one is what a bug report needs. */
function explain(thrown: unknown): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.compatible : exitCodes.usage
  if (!(thrown instanceof RehearsalError)) {
    sink.print(`internal error: ${thrown instanceof Error ? thrown.stack : String(thrown)}`, 'err')
    return exitCodes.internal
  }
  sink.print(thrown.message, 'err')
  if (thrown.details.hint) sink.print(`  ${thrown.details.hint}`, 'err')
  return exitCodeOfError(thrown)
}

// Where nobody reads any more, as behind "| head", the rehearsal still has to end properly and to remove everything.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

// A run that stops without an end, because nothing is left to wait for, must not look like a pass.
process.exitCode = exitCodes.internal
main(process.argv.slice(2))
  .catch(explain)
  .then((code) => {
    process.exitCode = code
    // A connection to an engine that stopped answering would keep this process for ever.
    setTimeout(() => process.exit(), 5_000).unref()
  })
