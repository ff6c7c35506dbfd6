import { z } from 'zod'
import { captureName, object, text, url } from '../fields/index.ts'
import { capture, jsonExpectations, jsonPath } from '../http/json-match.ts'
import type { Observation } from '../run/journal.ts'
import { askAndJudge, notSignedIn, signedHeaders } from './answer.ts'
import { type CheckContext, checkFields, defineCheck } from './check.ts'
import { graphqlBody } from './graphql-body.ts'
import { measureFields, type Reading } from './measure.ts'
import { askAndMeasure } from './measured-answer.ts'

const schema = object({
  ...checkFields,
  query: text.optional(),
  mutation: text.optional(),
  variables: z.record(z.string(), z.json()).optional(),
  post: url.default('/graphql'),
  headers: z.record(z.string(), z.string()).optional(),
  'signed-in': z.boolean().default(false),
  errors: z.boolean().default(false),
  json: jsonExpectations.optional(),
  capture: z.record(captureName, capture).optional(),
}).refine((options) => (options.query === undefined) !== (options.mutation === undefined), {
  error: 'write either "query" or "mutation"',
})
type Options = z.output<typeof schema>

const measured = object({
  ...measureFields,
  query: text,
  variables: schema.shape.variables,
  post: schema.shape.post,
  headers: schema.shape.headers,
  'signed-in': schema.shape['signed-in'],
  json: jsonPath.optional(),
})

/** Asks a GraphQL API. */
export const graphql = defineCheck<Options>({
  name: 'graphql',
  summary:
    'Sends a GraphQL query or mutation. An answer with `errors` fails, though its status is 200, unless `errors: true` expects some. `json` and `capture` as for `http`.',
  example: `graphql:
  query: "{ InfrahubInfo { version } }"
  signed-in: true
  json: { $.data.InfrahubInfo.version: "{target.version}" }`,
  schema,
  title: (options) => `${options.query ? 'query' : 'mutation'} ${short(options.query ?? options.mutation ?? '')}`,
  urls: (options) => [options.post],
  writes: ({ mutation }) => mutation !== undefined,
  observe,
  measure: {
    summary: 'What `json`, a JSONPath, selects in the answer; by default `$.data`.',
    example: 'graphql: { query: "{ issues { id } }", json: "$.data.issues[*].id", rule: superset }',
    schema: measured,
    read,
  },
})

async function observe(options: Options, context: CheckContext): Promise<Observation> {
  const headers = signedHeaders(options, context)
  if (!headers) return notSignedIn
  // An empty list of errors is none, and so is null.
  const errors = { '$.errors[0]': { exists: options.errors } }
  const body = graphqlBody(options)
  const expected = { json: { ...errors, ...options.json }, capture: options.capture }
  return await askAndJudge(() => ({ method: 'POST', url: options.post, headers, body }), expected, context)
}

const noErrors = { '$.errors[0]': { exists: false } }

async function read(options: z.output<typeof measured>, context: CheckContext): Promise<Reading> {
  const headers = signedHeaders(options, context)
  if (!headers) return { observation: notSignedIn }
  const body = graphqlBody(options)
  const request = () => ({ method: 'POST', url: options.post, headers, body })
  return await askAndMeasure(request, { json: noErrors }, { json: options.json ?? '$.data' }, context)
}

function short(document: string): string {
  const line = document.replace(/\s+/g, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 60)}…` : line
}
