import './lean-memory.ts'
import { Command, CommanderError, Option } from 'commander'
import { defaultFiles, jsonSchema, loadConfig } from './config/index.ts'
import { exitCodes, RehearsalError } from './errors.ts'
import { Sink } from './redact/index.ts'
import { createTerminal, inert, planTree, wantsColour } from './reports/index.ts'
import { type Edge, isUsersFault, type Request } from './request.ts'
import { nodeTooOld, toolVersion } from './version.ts'

interface RunOptions {
  readonly config?: string
  readonly from?: string
  readonly to?: string
  readonly toImage?: string
  readonly reportDir: string
  readonly strict?: boolean
  readonly keep?: boolean
}

const sink = new Sink()
/** In a step of a workflow too, what an application prints is no command for the runner. */
const print =
  process.env.GITHUB_ACTIONS === 'true'
    ? (line: string) => sink.print(line.split('\n').map(inert).join('\n'))
    : (line: string) => sink.print(line)

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
    .addOption(new Option('--dry-run', 'only print the plan'))
    .action(async (options: RunOptions & { dryRun?: boolean }) => {
      code = options.dryRun ? await showPlan(options) : await run(options)
    })
  withRunOptions(program.command('plan').description('print what a run would do; starts nothing'))
    .option('--matrix', 'print the paths as a JSON matrix for CI jobs')
    .action(async (options: RunOptions & { matrix?: boolean }) => {
      code = await showPlan(options)
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
}

function requestOf(options: RunOptions): Request {
  const { strict = false, keep = false, ...rest } = options
  return { ...rest, strict, keep }
}

async function run(options: RunOptions): Promise<number> {
  const [{ rehearse }, { exitCodeOf }, { onInterrupt }] = await Promise.all([
    import('./rehearse.ts'),
    import('./verdict/judge.ts'),
    import('./interrupt.ts'),
  ])
  const request = requestOf(options)
  const interrupt = onInterrupt(process)
  const edge: Edge = {
    cwd: process.cwd(),
    env: process.env,
    sink,
    signal: interrupt.signal,
    onRun: () => undefined,
    print,
    show: (plan) => {
      print(planTree(plan))
      return createTerminal({
        plan,
        print,
        colour: wantsColour(process.stdout.isTTY, process.env),
      })
    },
  }
  const verdict = await rehearse(request, edge)
  return interrupt.exitCode ?? exitCodeOf(verdict, { strict: request.strict })
}

async function showPlan(options: Omit<RunOptions, 'reportDir'> & { matrix?: boolean }): Promise<number> {
  const { matrixOf, readPlan } = await import('./read-plan.ts')
  const plan = await readPlan(requestOf({ reportDir: '', ...options }), process.cwd(), process.env, sink)
  sink.print(options.matrix ? JSON.stringify(matrixOf(plan)) : planTree(plan))
  return exitCodes.compatible
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
  return isUsersFault(thrown)
    ? exitCodes.usage
    : thrown.code === 'INTERNAL'
      ? exitCodes.internal
      : exitCodes.inconclusive
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
