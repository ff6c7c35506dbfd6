import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { type JSONValue, jsonpath } from 'json-p3'
import { z } from 'zod'
import { object, pattern } from '../fields/index.ts'

/** A number, or a template that becomes one. */
export const numberOrTemplate = z.union([
  z.number(),
  z.string().regex(/^\{.+\}$/, 'write a number or a template such as {baseline.flags}'),
])

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])

/** What one value must be: the value itself, or conditions that all have to hold. */
export const expectation = z.union(
  [
    scalar,
    object({
      equals: z.json().optional(),
      min: numberOrTemplate.optional(),
      max: numberOrTemplate.optional(),
      matches: pattern.optional(),
      contains: z.string().optional(),
      count: numberOrTemplate.optional(),
      exists: z.boolean().optional(),
    }),
  ],
  { error: ({ input }) => (Array.isArray(input) ? 'write a value, or conditions such as { min: 1 }' : undefined) },
)
export type Expectation = z.output<typeof expectation>

export const jsonPath = z.string().superRefine((path, context) => {
  try {
    jsonpath.compile(path)
  } catch (cause) {
    context.addIssue({ code: 'custom', message: `not a JSONPath: ${(cause as Error).message}` })
  }
})

/** JSONPath → expectation, as users write `json:`. */
export const jsonExpectations = z.record(jsonPath, expectation)

/** One difference between what was expected and what was seen. */
export interface Mismatch {
  readonly expected: string
  readonly actual: string
}

/** How templates in an expectation become values. */
interface Templates {
  readonly fill: (text: string) => string
  readonly pattern: (source: string) => RegExp
}

/** Compares the values that a JSONPath selects; undefined where they are as expected. */
export function matchJson(
  document: unknown,
  path: string,
  expected: Expectation,
  templates: Templates,
): Mismatch | undefined {
  const values = jsonpath.query(path, document as JSONValue).values()
  const differs = describeMismatch(path, values, expected, templates)
  if (differs === undefined) return undefined
  const seen = differs.startsWith('selects ')
    ? `selects ${values.length}`
    : values.length === 0
      ? 'is absent'
      : `is ${show(one(values))}`
  return { expected: `${path} ${differs}`, actual: `${path} ${seen}` }
}

/** All values that a JSONPath selects. */
export function selectJson(document: unknown, path: string): unknown[] {
  return jsonpath.query(path, document as JSONValue).values()
}

/** Whether everything that is expected of a document holds. */
export function matchesAll(
  document: unknown,
  expected: z.output<typeof jsonExpectations>,
  templates: Templates,
): boolean {
  return Object.entries(expected).every(([path, wanted]) => matchJson(document, path, wanted, templates) === undefined)
}

/** What a check keeps for later templates: a JSONPath's value, or how many values it selects. */
export const capture = z.union([jsonPath, object({ count: jsonPath })])

/** The captured value as text; undefined where nothing is there. */
export function readJson(document: unknown, wanted: z.output<typeof capture>): string | undefined {
  if (typeof wanted !== 'string') return String(jsonpath.query(wanted.count, document as JSONValue).values().length)
  const path = wanted
  const values = jsonpath.query(path, document as JSONValue).values()
  if (values.length === 0) return undefined
  const value = one(values)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function describeMismatch(
  path: string,
  values: unknown[],
  expected: Expectation,
  templates: Templates,
): string | undefined {
  if (typeof expected !== 'object' || expected === null) {
    return values.length > 0 && equal(one(values), expected, templates)
      ? undefined
      : `equals ${show(filled(expected, templates))}`
  }
  const value = one(values)
  const absent = values.length === 0 && jsonpath.compile(path).singularQuery()
  if (expected.exists !== undefined && expected.exists !== values.length > 0) {
    return expected.exists ? 'exists' : 'does not exist'
  }
  if (expected.exists === false) return undefined
  if (expected.count !== undefined && values.length !== numeric(expected.count, templates)) {
    return `selects ${numeric(expected.count, templates)} values`
  }
  if (expected.equals !== undefined && (absent || !equal(value, expected.equals, templates))) {
    return `equals ${show(filled(expected.equals, templates))}`
  }
  if (expected.min !== undefined && !(measure(value) >= numeric(expected.min, templates))) {
    return `is at least ${numeric(expected.min, templates)}`
  }
  if (expected.max !== undefined && !(measure(value) <= numeric(expected.max, templates))) {
    return `is at most ${numeric(expected.max, templates)}`
  }
  if (
    expected.matches !== undefined &&
    (values.length === 0 || !templates.pattern(expected.matches).test(asText(value)))
  ) {
    return `matches /${expected.matches}/`
  }
  if (
    expected.contains !== undefined &&
    (values.length === 0 || !asText(value).includes(templates.fill(expected.contains)))
  ) {
    return `contains "${templates.fill(expected.contains)}"`
  }
  return undefined
}

function numeric(expected: number | string, templates: Templates): number {
  return typeof expected === 'number' ? expected : Number(templates.fill(expected))
}

/** Null and text that is no number must not pass for 0. */
function measure(value: unknown): number {
  return typeof value === 'number' || (typeof value === 'string' && value.trim() !== '') ? Number(value) : Number.NaN
}

/** A path that selects one value means this value; one that selects several means the list. */
function one(values: unknown[]): unknown {
  return values.length === 1 ? values[0] : values
}

function filled(expected: unknown, templates: Templates): unknown {
  return typeof expected === 'string' ? templates.fill(expected) : expected
}

function equal(actual: unknown, expected: unknown, templates: Templates): boolean {
  const wanted = filled(expected, templates)
  // A captured value is text: `{baseline.count}` has to equal the number that it was.
  return isDeepStrictEqual(actual, wanted !== expected && typeof actual !== 'string' ? parsed(wanted) : wanted)
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return text
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A value short enough for a line of a report. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent'
  return text.length > 300 ? `${text.slice(0, 300)}… (${text.length} characters)` : text
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
