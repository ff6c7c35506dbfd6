import { z } from 'zod'
import { captureName, object, pattern, service, sha256, size, text } from '../fields/index.ts'
import { numberValue, textValue } from '../invariants/value.ts'
import type { Observation } from '../run/journal.ts'
import { pollUntil } from '../run/poll.ts'
import type { CommandOptions } from '../stack/stack.ts'
import { type CheckContext, checkFields, defineCheck } from './check.ts'
import { measureFields, type Reading } from './measure.ts'
import { withWholeOutput } from './whole-output.ts'

const schema = object({
  ...checkFields,
  service,
  path: text,
  exists: z.boolean().default(true),
  sha256: z.union([sha256, z.string().regex(/^\{.+\}$/)]).optional(),
  text: pattern.optional(),
  'min-size': size.optional(),
  grows: z.boolean().default(false),
  capture: object({ sha256: captureName.optional(), bytes: captureName.optional() }).optional(),
})
type Options = z.output<typeof schema>
const measured = object({ ...measureFields, service, path: text })
type Where = Pick<Options, 'service' | 'path'>

/** A file inside a running service. */
export const file = defineCheck<Options>({
  name: 'file',
  summary:
    'Looks at a file inside a running service, with the shell and tools of its image: that it exists or not, its checksum, size and text. `grows`: it gets longer while the check watches, as a log does that is written.',
  example: `file: { service: app, path: /app/files/logs/app.log, grows: true }`,
  schema,
  title: (options) =>
    [
      options.service,
      options.path,
      ...(options.exists === false ? ['is absent'] : []),
      ...(options.grows ? ['grows'] : []),
    ].join(' '),
  services: (options) => [options.service],
  captures: ({ capture }) => Object.values(capture ?? {}).filter((name) => name !== undefined),
  observe,
  measure: {
    summary: '`unchanged` compares its checksum, `superset` its lines, `grows` and `at-least` its size.',
    example: 'file: { service: app, path: /app/files/logo.png, rule: unchanged }',
    schema: measured,
    read,
  },
})

async function observe(options: Options, context: CheckContext): Promise<Observation> {
  const { service, path } = options
  const failed = (expected: string, actual: string): Observation => ({ outcome: 'failed', service, expected, actual })
  const broken = (what: string): Observation => ({
    outcome: 'error',
    service,
    detail: `${path} in ${service}: ${what}`,
  })
  const bytes = await sizeOf(options, context)
  if (typeof bytes === 'object') return broken(bytes.problem)
  if (!options.exists) return bytes === undefined ? { outcome: 'passed' } : failed(`${path} does not exist`, 'it does')
  if (bytes === undefined) return failed(`${path} exists`, 'there is no such file')
  if (options['min-size'] !== undefined && bytes < options['min-size'])
    return failed(`${path} has at least ${options['min-size']} bytes`, `${bytes} bytes`)
  const hash = options.sha256 !== undefined || options.capture?.sha256 ? await hashOf(options, context) : ''
  // Two empty texts are equal: without its tool nothing may be compared.
  if (hash === undefined) return broken('its image has no sha256sum to look with')
  const captured = captureAll(options, { bytes: String(bytes), sha256: hash }, context)
  if (options.sha256 !== undefined && context.fill(options.sha256) !== hash)
    return { ...failed(`sha256 ${context.fill(options.sha256)}`, `sha256 ${hash} (${bytes} bytes)`), captured }
  if (options.text !== undefined) {
    if (!(await hasText(options, options.text, context)))
      return failed(`${path} has /${options.text}/`, `no match in ${bytes} bytes`)
  }
  if (options.grows && !(await grows(options, bytes, context)))
    return failed(`${path} grows`, `it stays at ${bytes} bytes`)
  return { outcome: 'passed', captured }
}

/** Its size is the number, its lines are the elements, and its checksum stands for the whole. */
async function read(options: z.output<typeof measured>, context: CheckContext): Promise<Reading> {
  const { service, path, rule } = options
  const broken = (detail: string): Reading => ({ observation: { outcome: 'error', service, detail } })
  const bytes = await sizeOf(options, context)
  if (typeof bytes === 'object') return broken(bytes.problem)
  if (bytes === undefined)
    return { observation: { outcome: 'failed', service, expected: `${path} exists`, actual: 'there is no such file' } }
  if (rule === 'superset') {
    const text = await withWholeOutput((stdout) => sh(options, context, 'cat -- "$1"', { stdout }), service)
    return 'outcome' in text ? { observation: text } : { value: textValue(text.stdout) }
  }
  if (rule !== 'unchanged') return { value: numberValue(bytes) }
  const hash = await hashOf(options, context)
  return hash === undefined ? broken('its image has no sha256sum to look with') : { value: textValue(hash) }
}

/** What is asked of the service makes it write; a program that writes in blocks may take a while. */
const growMs = 10_000

async function grows(options: Options, bytes: number, context: CheckContext): Promise<boolean> {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(growMs)])
  const longer = async () => {
    const now = await sizeOf(options, context)
    return typeof now === 'number' && now > bytes
  }
  return await pollUntil(longer, { signal, longestMs: 250 }).then(
    () => true,
    (cause) => {
      context.signal.throwIfAborted()
      if (!signal.aborted) throw cause
      return false
    },
  )
}

/** Undefined where there is no such file; a folder has no size of its own. */
async function sizeOf(
  options: Where,
  context: CheckContext,
): Promise<number | undefined | { readonly problem: string }> {
  const script = 'if [ -d "$1" ]; then echo 0; elif [ -e "$1" ]; then wc -c < "$1"; else echo absent; fi'
  const result = await sh(options, context, script)
  if (result.exitCode === 126 || result.exitCode === 127) return { problem: 'its image has no shell to look with' }
  if (result.exitCode !== 0) return { problem: result.stderr.trim().split('\n').at(-1) ?? '' }
  const said = result.stdout.trim()
  return said === 'absent' ? undefined : Number(said)
}

async function hashOf(options: Where, context: CheckContext): Promise<string | undefined> {
  const result = await sh(options, context, 'sha256sum -- "$1"')
  return /^\\?([0-9a-f]{64})\b/.exec(result.stdout)?.[1]
}

/** Line by line as well: of a long file only the two ends are kept. */
async function hasText(options: Options, wanted: string, context: CheckContext): Promise<boolean> {
  const pattern = context.pattern(wanted)
  let found = false
  const onLine = (line: string) => {
    found ||= pattern.test(line)
  }
  const { stdout } = await sh(options, context, 'cat -- "$1"', { onLine })
  return found || pattern.test(stdout)
}

function sh(
  options: Where,
  context: CheckContext,
  script: string,
  more: Pick<CommandOptions, 'onLine' | 'stdout'> = {},
) {
  const argv = ['sh', '-c', script, 'sh', context.fill(options.path)]
  return context.stack.exec(options.service, argv, { signal: context.signal, ...more })
}

function captureAll(
  options: Options,
  values: { readonly bytes: string; readonly sha256: string },
  context: CheckContext,
): Record<string, string> {
  const captured: Record<string, string> = {}
  for (const what of ['bytes', 'sha256'] as const) {
    const name = options.capture?.[what]
    if (name === undefined) continue
    captured[name] = values[what]
    context.capture(name, values[what])
  }
  return captured
}
