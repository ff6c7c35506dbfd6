import { z } from 'zod'
import { captureName, command, object, pattern, service, text } from '../fields/index.ts'
import type { Observation } from '../run/journal.ts'
import type { CommandResult, RunningStack } from '../stack/stack.ts'
import { type CheckContext, checkFields } from './check.ts'
import { measureFields, type Reading } from './measure.ts'
import { measureText } from './measured-answer.ts'
import { withWholeOutput } from './whole-output.ts'

/** Options that every check which runs a command has. */
export const commandFields = {
  ...checkFields,
  service,
  run: command,
  env: z.record(z.string(), z.string()).optional(),
  user: text.optional(),
  'exit-code': z.number().int().min(0).max(255).default(0),
  output: pattern.optional(),
  forbid: pattern.optional(),
  capture: z.record(captureName, pattern).optional(),
}

/** Options of the same where what the command prints is compared: all of it, or the first group of `output`. */
export const measuredCommand = object({
  ...measureFields,
  service: commandFields.service,
  run: commandFields.run,
  env: commandFields.env,
  user: commandFields.user,
  'exit-code': commandFields['exit-code'],
  output: commandFields.output,
  forbid: commandFields.forbid,
})
type MeasuredCommand = z.output<typeof measuredCommand>

interface Expected {
  readonly service: string
  readonly 'exit-code': number
  readonly output?: string | undefined
  readonly forbid?: string | undefined
  readonly capture?: Readonly<Record<string, string>> | undefined
}

/** Judges a command by its exit code and by what it printed. */
export function judgeCommand(expected: Expected, result: CommandResult, context: CheckContext): Observation {
  const printed = result.stdout + (result.stderr === '' ? '' : `\n${result.stderr}`)
  const captured = captureAll(expected.capture ?? {}, printed, context)
  const lastLines = printed.trim().split('\n').slice(-10)
  const failed = (wanted: string, actual: string): Observation => ({
    outcome: 'failed',
    service: expected.service,
    expected: wanted,
    actual,
    log: lastLines,
    captured,
  })
  if (result.exitCode !== expected['exit-code']) {
    return failed(`exit code ${expected['exit-code']}`, `exit code ${result.exitCode}`)
  }
  if (expected.output !== undefined && !context.pattern(expected.output).test(printed)) {
    return failed(
      `output matches /${context.fill(expected.output)}/`,
      `output is ${printed.length} characters without a match`,
    )
  }
  const forbidden = expected.forbid === undefined ? null : context.pattern(expected.forbid).exec(printed)
  if (forbidden) return failed(`output has no /${expected.forbid}/`, `output has "${forbidden[0].slice(0, 200)}"`)
  return { outcome: 'passed', captured }
}

/** The value that a command prints, once it has done as it should. */
export async function measureCommand(
  { output, ...options }: MeasuredCommand,
  start: Start,
  context: CheckContext,
): Promise<Reading> {
  const { service, run, env, user } = options
  const given = { signal: context.signal, ...(env ? { env } : {}), ...(user ? { user } : {}) }
  const ended = await withWholeOutput((stdout) => start(service, run.map(context.fill), { ...given, stdout }), service)
  if ('outcome' in ended) return { observation: ended }
  const judged = judgeCommand(options, ended, context)
  return judged.outcome === 'passed' ? measureText(ended.stdout, output, context) : { observation: judged }
}
type Start = RunningStack['exec']

/** A pattern's first group, or all that it matches. */
function captureAll(
  wanted: Readonly<Record<string, string>>,
  printed: string,
  context: CheckContext,
): Record<string, string> {
  const captured: Record<string, string> = {}
  for (const [name, source] of Object.entries(wanted)) {
    const match = new RegExp(source, 'm').exec(printed)
    if (!match) continue
    captured[name] = match[1] ?? match[0]
    context.capture(name, captured[name])
  }
  return captured
}
