import { z } from 'zod'
import { RehearsalError } from '../errors.ts'
import { captureName, object, url } from '../fields/index.ts'
import { numberOrTemplate } from '../http/json-match.ts'
import { describeFailure, send } from '../http/request.ts'
import { numberValue } from '../invariants/value.ts'
import type { Observation } from '../run/journal.ts'
import { type CheckContext, checkFields, defineCheck } from './check.ts'
import { measureFields } from './measure.ts'
import { readSamples, type Sample } from './prometheus-text.ts'

const asked = {
  get: url,
  metric: z.string().regex(/^[a-zA-Z_:][\w:]*$/, 'not the name of a metric'),
  labels: z.record(z.string(), z.string()).default({}),
  headers: z.record(z.string(), z.string()).optional(),
}
const schema = object({
  ...checkFields,
  ...asked,
  equals: numberOrTemplate.optional(),
  min: numberOrTemplate.optional(),
  max: numberOrTemplate.optional(),
  capture: captureName.optional(),
})
type Options = z.output<typeof schema>
const measured = object({ ...measureFields, ...asked })

/** One figure of a service's own. */
export const metric = defineCheck<Options>({
  name: 'metric',
  summary:
    'Reads a metric in the Prometheus text format; where several samples fit the labels, their sum counts. Without `equals`, `min` or `max` it has to be there. `capture` names the value.',
  example: `metric: { get: "http://api:8000/metrics", metric: app_issues_total, labels: { state: open }, min: "{baseline.issues}", capture: issues }`,
  schema,
  title: nameOf,
  urls: (options) => [options.get],
  captures: ({ capture }) => (capture === undefined ? [] : [capture]),
  observe,
  measure: {
    summary: 'The sum of the samples that fit the labels.',
    example: 'metric: { get: "http://api:8000/metrics", metric: app_issues_total, rule: at-least }',
    schema: measured,
    async read(options: z.output<typeof measured>, context) {
      const value = await sum(options, context)
      return typeof value === 'number' ? { value: numberValue(value) } : { observation: value }
    },
  },
})

async function observe(options: Options, context: CheckContext): Promise<Observation> {
  const value = await sum(options, context)
  if (typeof value !== 'number') return value
  const name = nameOf(options)
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

/** The sum of all samples that fit, or how there is none. */
async function sum(options: Pick<Options, keyof typeof asked>, context: CheckContext): Promise<number | Observation> {
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
  if (fits.length > 0) return fits.reduce((all, one) => all + one.value, 0)
  return failed(`${nameOf(options)} is there`, `${samples.length} samples of ${options.metric}, none of them fits`)
}

function failed(expected: string, actual: string): Observation {
  return { outcome: 'failed', expected, actual }
}

function nameOf({ metric, labels }: Pick<Options, 'metric' | 'labels'>): string {
  return metric + shown(labels)
}

function shown(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${value}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}
