import { z } from 'zod'
import { captureName, command, pattern, service, text } from '../fields/index.ts'
import type { Observation } from '../run/journal.ts'
import type { CommandResult } from '../stack/stack.ts'
import { type CheckContext, checkFields } from './check.ts'

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
