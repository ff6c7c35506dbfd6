import { glob, readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { z } from 'zod'
import { duration, listOf, object, text } from '../fields/index.ts'
import type { SuiteCase } from '../run/journal.ts'
import { type CheckContext, defineCheck } from './check.ts'
import { parseJunit } from './suite-junit.ts'

const schema = object({
  name: text.optional(),
  run: text,
  junit: listOf(text).optional(),
  within: duration.optional(),
})
type Options = z.output<typeof schema>

/** The project's own smoke suite. */
export const suite = defineCheck<Options>({
  name: 'suite',
  summary:
    "Runs the project's own test command on this machine. It finds `BASE_URL`, `<SERVICE>_URL`, `REHEARSAL_PHASE` and `REHEARSAL_VERSION` in its environment; its JUnit files become part of the report.",
  example: `suite:
  run: npm run test:smoke
  junit: reports/*.xml
  within: 5m`,
  schema,
  title: (options) => options.run,
  observe,
})

async function observe(options: Options, context: CheckContext) {
  const startedAt = Date.now()
  const signal = options.within
    ? AbortSignal.any([context.signal, AbortSignal.timeout(options.within)])
    : context.signal
  const lines: string[] = []
  const keep = (line: string) => {
    lines.push(line)
    if (lines.length > 20) lines.shift()
    context.onLine(line)
  }
  try {
    const result = await context.shell.run(['sh', '-c', context.fill(options.run)], {
      folder: context.folder,
      env: context.environment(),
      signal,
      onLine: keep,
    })
    const cases = await readCases(options.junit ?? [], context.folder, startedAt).catch((broken: Error) => broken)
    if (cases instanceof Error)
      return { outcome: 'error', detail: `its JUnit report can't be read: ${cases.message}`, log: lines } as const
    return judge(options, result.exitCode, cases, lines)
  } catch (cause) {
    if (!signal.aborted || context.signal.reason?.code === 'CANCELLED') throw cause
    return {
      outcome: 'failed',
      expected: 'the suite ends in time',
      actual: 'its deadline passed; it was ended',
      log: lines,
    } as const
  }
}

function judge(options: Options, exitCode: number, cases: SuiteCase[], log: string[]) {
  const red = cases.filter((one) => one.outcome === 'failed' || one.outcome === 'error')
  const base = { cases, log }
  if (exitCode === 127)
    return { ...base, outcome: 'error', detail: `the command was not found: ${options.run}` } as const
  if (exitCode !== 0 || red.length > 0) {
    const names = red.slice(0, 5).map((one) => one.name)
    const actual = [
      `exit code ${exitCode}`,
      ...(red.length > 0 ? [`${red.length} red: ${names.join(', ')}`] : []),
    ].join('; ')
    return { ...base, outcome: 'failed', expected: 'exit code 0, no red test', actual } as const
  }
  if (options.junit && cases.length === 0) {
    return {
      ...base,
      outcome: 'error',
      detail: `no test case in ${options.junit.join(', ')}: the suite ran nothing`,
    } as const
  }
  return { outcome: 'passed', cases } as const
}

async function readCases(patterns: readonly string[], folder: string, since: number): Promise<SuiteCase[]> {
  const cases: SuiteCase[] = []
  for (const wanted of patterns) {
    for (const name of (await Array.fromAsync(glob(wanted, { cwd: folder }))).sort()) {
      const file = resolve(folder, name)
      // A report of an earlier run is no evidence; file systems may keep whole seconds only.
      if ((await stat(file)).mtimeMs < since - 1_000) continue
      cases.push(...parseJunit(await readFile(file, 'utf8'), name))
    }
  }
  return cases
}
