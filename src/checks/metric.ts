import { z } from 'zod'
import { RehearsalError } from '../errors.ts'
import { captureName, object, url } from '../fields/index.ts'
import { numberOrTemplate } from '../http/json-match.ts'
import { describeFailure, send } from '../http/request.ts'
import type { Observation } from '../run/journal.ts'
import { type CheckContext, checkFields, defineCheck } from './check.ts'
import { readSamples, type Sample } from './prometheus-text.ts'

const schema = object({
  ...checkFields,
  get: url,
  metric: z.string().regex(/^[a-zA-Z_:][\w:]*$/, 'not the name of a metric'),
  labels: z.record(z.string(), z.string()).default({}),
  headers: z.record(z.string(), z.string()).optional(),
  equals: numberOrTemplate.optional(),
  min: numberOrTemplate.optional(),
  max: numberOrTemplate.optional(),
  capture: captureName.optional(),
})
type Options = z.output<typeof schema>

/** One figure of a service's own. */
export const metric = defineCheck<Options>({
  name: 'metric',
  summary:
    'Reads a metric in the Prometheus text format; where several samples fit the labels, their sum counts. Without `equals`, `min` or `max` it has to be there. `capture` names the value.',
  example: `metric: { get: "http://api:8000/metrics", metric: app_issues_total, labels: { state: open }, min: "{baseline.issues}", capture: issues }`,
  schema,
  title: (options) => options.metric + shown(options.labels),
  urls: (options) => [options.get],
  captures: ({ capture }) => (capture === undefined ? [] : [capture]),
  observe,
})

async function observe(options: Options, context: CheckContext): Promise<Observation> {
  const failed = (expected: string, actual: string): Observation => ({ outcome: 'failed', expected, actual })
  const name = options.metric + shown(options.labels)
  let samples: Sample[]
  try {
    const answer = await send({ method: 'GET', url: options.get, headers: options.headers ?? {} }, context)
    if (answer.status !== 200) return failed('status 200', `status ${answer.status}`)
    samples = readSamples(answer.bytes.toString('utf8'), options.metric)
  } catch (cause) {
    if (cause instanceof RehearsalError) throw cause
    return failed('status 200', context.signal.aborted ? 'no answer in time' : describeFailure(cause))
  }
  const fits = samples.filter((one) =>
    Object.entries(options.labels).every(([key, value]) => one.labels.get(key) === context.fill(value)),
  )
  if (fits.length === 0)
    return failed(`${name} is there`, `${samples.length} samples of ${options.metric}, none of them fits`)
  const value = fits.reduce((sum, one) => sum + one.value, 0)
  const captured = options.capture === undefined ? {} : { [options.capture]: String(value) }
  if (options.capture !== undefined) context.capture(options.capture, String(value))
  const wanted = (['equals', 'min', 'max'] as const).flatMap((rule) => {
    const given = options[rule]
    return given === undefined
      ? []
      : [{ rule, number: typeof given === 'number' ? given : Number(context.fill(given)) }]
  })
  const broken = wanted.find(({ rule, number }) =>
    rule === 'equals' ? value !== number : rule === 'min' ? !(value >= number) : !(value <= number),
  )
  if (!broken) return { outcome: 'passed', captured }
  const words = { equals: 'is', min: 'is at least', max: 'is at most' }[broken.rule]
  return { ...failed(`${name} ${words} ${broken.number}`, `${name} is ${value}`), captured }
}

function shown(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${value}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}
