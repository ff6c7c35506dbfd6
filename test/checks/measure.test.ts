import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { measuring } from '../../src/checks/index.ts'
import { load, refusal } from '../config/folder.ts'

const data = (entry: string) => `stack: a.yml\ndata:\n  - ${entry}\n`

test.each(measuring.map(({ name, measure }) => [name, measure]))(
  'the example of %s is a rule',
  async (name, measure) => {
    const config = await load(data(measure.example))
    expect(config.data?.[0]).toMatchObject({ kind: name, rule: parse(measure.example)[name].rule })
  },
)

test('what is a store and a check is a check where it has a rule', async () => {
  const keys = 'endpoint: "http://s3:9000", access-key: a, secret-key: b'
  const config = await load(`${data(`s3: { ${keys} }`)}  - s3: { ${keys}, bucket: media, rule: superset }\n`)
  expect(config.data?.map((entry) => 'rule' in entry)).toEqual([false, true])
})

describe('refused', () => {
  const rules = 'unchanged, superset, grows or at-least'
  test.each<[string, string, ...string[]]>([
    [
      'a check without a rule',
      data('http: { get: /a, json: $.a }'),
      `3:5: "rule" is missing: how is its value compared with that of the baseline? ${rules}`,
    ],
    ['an unknown rule', data('sql: { service: a, query: b, rule: same }'), `3:34: unknown rule "same"; write ${rules}`],
    [
      'a check that has no value',
      data('healthy: [web]'),
      '3:5: the check "healthy" has no value to compare; checks that have one: exec, file, graphql, http, metric, run, s3, sql',
    ],
    [
      'the same with a rule',
      data('log: { service: web, forbid: x, rule: grows }'),
      '3:5: the check "log" has no value to compare; checks that have one: exec, file, graphql, http, metric, run, s3, sql',
    ],
    [
      'a rule on a store',
      data('postgres: { service: db, rule: superset }'),
      '3:30: a store has no rule: all that it holds is compared; exceptions stand under "allow" beside it',
    ],
    [
      'a rule on a smoke check',
      'stack: a.yml\nsmoke:\n  - sql: { service: a, query: b, rule: grows }\n',
      '3:34: a rule compares with the baseline: put this check under "data", or leave the rule out',
    ],
    [
      'a rule on a check of readiness',
      'stack: a.yml\nready:\n  checks:\n    - http: { get: /a, rule: grows }\n',
      '4:24: a rule compares with the baseline: put this check under "data", or leave the rule out',
    ],
    [
      'an allowance beside a rule',
      data('http: { get: /a, rule: grows }\n    allow: []'),
      '4:5: unknown key "allow"; known here: http',
    ],
    [
      'a key that is misspelt',
      data('http: { gett: /a, rule: grows }'),
      '3:13: unknown key "gett"; did you mean "get"?',
    ],
    ['no JSONPath', data('http: { get: /a, json: "$[", rule: grows }'), '3:22: not a JSONPath: '],
    ['an unknown name', data('htpp: {}'), '3:5: unknown store "htpp"; did you mean "http"?'],
    [
      'a value that is captured nowhere',
      data('sql: { service: a, query: "{baseline.x}", rule: grows }'),
      '3:24: nothing fills {baseline.x}; known here: version, phase, source.version, target.version',
    ],
  ])('%s', async (_, file, ...messages) => {
    const lines = (await refusal(file)).split('\n')
    expect(lines).toHaveLength(messages.length)
    for (const [index, message] of messages.entries()) expect(lines[index]).toContain(`c.yml:${message}`)
  })
})
