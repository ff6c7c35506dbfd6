import { describe, expect, test } from 'vitest'
import { checks } from '../../src/checks/index.ts'
import { fixtures } from '../../src/fixtures/index.ts'
import { pins } from '../../src/pins/index.ts'
import { refusal } from './folder.ts'

const top =
  'known here: name, stack, pin, path, fixtures, upgrade, ready, sign-in, smoke, data, fresh-install, rollback, logs, checkpoint, network, limits'
const smoke = (check: string) => `stack: a.yml\nsmoke:\n  - ${check}\n`
const fixture = (text: string) => `stack: a.yml\nfixtures:\n  - ${text}\n`
const namesOf = (kinds: readonly { readonly name: string }[]) => kinds.map(({ name }) => name).join(', ')
const signInForms = 'write { request, token, send }, { request, cookie } or { send }; "graphql" may stand for "request"'
const rest = (text: string) => `stack: a.yml\n${text}\n`

/** A procedure; its keys start in the third line. */
const upgrade = (text: string) => rest(`upgrade:\n${text.replace(/^/gm, '  ')}`)

type Row = readonly [what: string, file: string, ...messages: string[]]

const misspelt: Row[] = [
  ['at the top', rest('smok: []'), '2:1: unknown key "smok"; did you mean "smoke"?'],
  ['far from any', rest('foo: 1'), `2:1: unknown key "foo"; ${top}`],
  ['two at once', 'zzz: 1\nstack: a.yml\nyyy: 1\n', `1:1: unknown key "zzz"; ${top}`, `3:1: unknown key "yyy"; ${top}`],
  [
    'in a Compose stack',
    'stack: { compose: a.yml, adress: "http://a:1" }',
    '1:26: unknown key "adress"; did you mean "address"?',
  ],
  ['in a single image', 'stack: { image: "a:1", port: [1] }', '1:24: unknown key "port"; did you mean "ports"?'],
  ['in path', rest('path: { stop: [1] }'), '2:9: unknown key "stop"; did you mean "stops"?'],
  ['in ready', rest('ready: { withn: 3m }'), '2:10: unknown key "withn"; did you mean "within"?'],
  ['in upgrade', rest('upgrade: { gracee: 3s }'), '2:12: unknown key "gracee"; did you mean "grace"?'],
  ['in limits', rest('limits: { totl: 3m }'), '2:11: unknown key "totl"; did you mean "total"?'],
  [
    'in a pin, which is not called missing too',
    rest('pin: { env: { file: .env, ky: A } }'),
    '2:27: unknown key "ky"; did you mean "key"?',
  ],
  ['in a list of pins', rest('pin:\n  - env: { file: .env, ky: A }'), '3:24: unknown key "ky"; did you mean "key"?'],
  ['in a fixture', fixture('postgres: { service: db, dmup: x }'), '3:30: unknown key "dmup"; did you mean "dump"?'],
  [
    'twice in a check',
    smoke('http: { gett: /, stauts: 200 }'),
    '3:13: unknown key "gett"; did you mean "get"?',
    '3:22: unknown key "stauts"; did you mean "status"?',
  ],
  [
    'in a ready check',
    rest('ready:\n  checks:\n    - exec: { service: a, run: b, exit: 1 }'),
    '4:35: unknown key "exit"; known here: name, eventually, writes, service, run, env, user, exit-code, output, forbid, capture',
  ],
  [
    'in the conditions of a value',
    smoke('http: { get: /, json: { $.a: { mim: 1 } } }'),
    '3:36: unknown key "mim"; did you mean "min"?',
  ],
  [
    'in sign-in',
    rest('sign-in: { request: { post: /l }, tokn: $.a }'),
    '2:35: unknown key "tokn"; did you mean "token"?',
  ],
  [
    'in the request of sign-in',
    rest('sign-in: { request: { psot: /l }, cookie: a }'),
    '2:23: unknown key "psot"; did you mean "post"?',
  ],
]

const kinds: Row[] = [
  ['pin', rest('pin: { evn: { file: .env, key: A } }'), '2:8: unknown pin "evn"; did you mean "env"?'],
  [
    'fixture',
    fixture('postgress: { service: db, dump: x }'),
    '3:5: unknown fixture "postgress"; did you mean "postgres"?',
  ],
  ['check', smoke('htpp: { get: / }'), '3:5: unknown check "htpp"; did you mean "http"?'],
  ['check far from any', smoke('banana: { get: / }'), `3:5: unknown check "banana"; known here: ${namesOf(checks)}`],
  ['check as a word', smoke('http'), `3:5: a check is written as one key, one of: ${namesOf(checks)}`],
  [
    'two in one entry',
    fixture('postgres: { service: db, dump: x }\n    volume: { name: a, archive: b }'),
    `3:5: a fixture is written as one key, one of: ${namesOf(fixtures)}`,
  ],
  ['pin as a word', rest('pin: .env'), `2:1: a pin is written as one key, one of: ${namesOf(pins)}`],
  ['strategy', rest('upgrade: { strategy: restrat }'), '2:12: unknown strategy "restrat"; did you mean "restart"?'],
  ['network', rest('network: seald'), '2:1: write "sealed" or "open"'],
]

const missing: Row[] = [
  [
    'the stack',
    'name: a\n',
    '1:1: "stack" is missing: write the path of a Compose file, { compose: … } or { image: … }',
  ],
  ['both keys of a fixture', fixture('postgres: {}'), '3:5: "service" is missing', '3:5: "dump" is missing'],
  ['the service of a check', smoke('exec: { run: [a] }'), '3:5: "service" is missing'],
  [
    'the command of a check',
    smoke('exec: { service: a }'),
    '3:5: "run" is missing: write a command as a list, [program, argument], or as one line',
  ],
  ['the URL of a sign-in', rest('sign-in: { request: {}, cookie: a }'), '2:12: "post" is missing'],
  ["the kind's options", fixture('postgres:'), '3:5: write keys and values, not nothing'],
  ['the list', rest('smoke:'), '2:1: write a list, not nothing'],
  ['the key of a pin', rest('pin: { env: { file: .env } }'), '2:8: "key" is missing'],
]

const shapes: Row[] = [
  ['a number for a text', rest('name: 3'), '2:1: write text: put 3 in quotes'],
  ['a text for a number', smoke('http: { get: /, status: "200" }'), '3:21: write a number, not "200"'],
  ['a fraction for a whole number', smoke('http: { get: /, status: 200.5 }'), '3:21: write a whole number, not 200.5'],
  ['too small a number', smoke('http: { get: /, status: 20 }'), '3:21: write 100 or more, not 20'],
  ['too large a number', smoke('exec: { service: a, run: b, exit-code: 300 }'), '3:33: write 255 or less, not 300'],
  ['a word for true', smoke('http: { get: /, signed-in: yes }'), '3:21: write true or false, not "yes"'],
  ['an object for a list', rest('smoke: { http: { get: / } }'), '2:1: write a list, not keys and values'],
  ['a text for an object', fixture('file: prod.env'), '3:5: write keys and values, not "prod.env"'],
  ['a list at the top', '- a\n', '1:1: write keys and values, not a list'],
  ['a number for a name or names', smoke('healthy: 3'), '3:5: write a list or text, not 3'],
  ['no name at all', smoke('healthy: []'), '3:5: name at least one'],
  [
    'a version without quotes',
    rest('path: { to: 2.10, stops: [1.10] }'),
    '2:9: put the version in quotes: without them YAML reads 1.10 as 1.1',
    '2:27: put the version in quotes: without them YAML reads 1.10 as 1.1',
  ],
  [
    'a list as an expected value',
    smoke('http: { get: /, json: { $.a: [1] } }'),
    '3:29: write a value, or conditions such as { min: 1 }',
  ],
  ['a number as a stack', 'stack: 3\n', '1:1: write the path of a Compose file, { compose: … } or { image: … }'],
  ['an empty stack', 'stack: ""\n', '1:1: write the path of a Compose file, { compose: … } or { image: … }'],
  ['a mapped port', 'stack: { image: "a:1", ports: ["8000:8000"] }', '1:32: write a number, not "8000:8000"'],
]

const values: Row[] = [
  [
    'duration without unit',
    rest('ready: { within: 90 }'),
    '2:10: write a duration with its unit, such as "90s" or "3m"',
  ],
  [
    'duration with another unit',
    rest('limits: { total: 90sec }'),
    '2:11: write a duration with its unit, such as "90s" or "3m"',
  ],
  ['size', rest('limits: { fixture: 10GB }'), '2:11: write a size with its unit, such as "512MiB" or "10GiB"'],
  [
    'regular expression',
    smoke('log: { service: web, forbid: "(" }'),
    '3:26: not a regular expression: Invalid regular expression: /(/m: Unterminated group',
  ],
  [
    'JSONPath',
    smoke('http: { get: /, json: { "$.[": 1 } }'),
    "3:29: not a JSONPath: unexpected shorthand selector '[' ('$.[':2)",
  ],
  [
    'JSONPath of a capture',
    smoke('http: { get: /, capture: { a: "$.[" } }'),
    "3:32: not a JSONPath: unexpected shorthand selector '[' ('$.[':2)",
  ],
  [
    'JSONPath of a count',
    smoke('http: { get: /, capture: { a: { count: "$.[" } } }'),
    "3:37: not a JSONPath: unexpected shorthand selector '[' ('$.[':2)",
  ],
  ['name of a capture', smoke('http: { get: /, capture: { "a b": $.a } }'), '3:32: a name has letters, digits and -'],
  [
    'limit that is no number',
    smoke('http: { get: /, json: { $.a: { min: x } } }'),
    '3:36: write a number or a template such as {baseline.flags}',
  ],
  ['address', 'stack: { compose: a.yml, address: "web:80" }', '1:26: write the address as http://service:port'],
  ['volume', 'stack: { image: "a:1", volumes: [data] }', '1:34: write a volume as name:/path/inside'],
  ['tags without a version', rest('path: { tags: v }'), '2:9: write where the version goes, as in "v{version}"'],
  ['variable of a pin', rest('pin: { env: { file: .env, key: a-b } }'), '2:27: not a variable name'],
  ['sha256', fixture('volume: { name: a, archive: b, sha256: abc }'), '3:36: a sha256 has 64 hexadecimal digits'],
]

const wholes: Row[] = [
  [
    'two methods',
    smoke('http: { get: /, post: / }'),
    '3:5: name exactly one method and its URL: get, post, put, patch, delete, head',
  ],
  [
    'no method',
    smoke('http: { status: 200 }'),
    '3:5: name exactly one method and its URL: get, post, put, patch, delete, head',
  ],
  ['a log check that asks nothing', smoke('log: { service: a }'), '3:5: add "require" or "forbid"'],
  ['a log check of nothing', smoke('log: { forbid: a }'), '3:5: name either "service" or "services"'],
  [
    'a seed of both forms',
    fixture('seed: { suite: a, service: b, run: c }'),
    '3:5: write either "suite", a command on this machine, or "service" and "run", a command inside a service',
  ],
  ['half a sign-in', rest('sign-in: { request: { post: /l }, token: $.a }'), `2:1: ${signInForms}`],
  ['no sign-in', rest('sign-in: {}'), `2:1: ${signInForms}`],
  [
    'two ways to sign in',
    rest('sign-in: { request: { post: /l }, graphql: { mutation: "{ a }" }, token: $.a, send: { A: b } }'),
    '2:1: write either "request" or "graphql"',
  ],
]

const templates: Row[] = [
  [
    'what nothing captures',
    smoke('http: { get: /, capture: { notes: $.a } }\n  - http: { get: /, json: { $.a: "{baseline.note}" } }'),
    '4:29: nothing fills {baseline.note}; did you mean "baseline.notes"?',
  ],
  [
    'what is captured later',
    smoke('http: { get: /, json: { $.a: "{baseline.notes}" } }\n  - http: { get: /, capture: { notes: $.a } }'),
    '3:29: {baseline.notes} is captured only later; move the check that captures it before this one',
  ],
  [
    'what smoke captures, in ready',
    `${smoke('http: { get: /, capture: { notes: $.a } }')}ready: { checks: [http: { get: "/{baseline.notes}" }] }`,
    '4:27: {baseline.notes} is captured only later; move the check that captures it before this one',
  ],
  [
    'a misspelt word',
    smoke('http: { get: "/{target.versoin}" }'),
    '3:13: nothing fills {target.versoin}; did you mean "target.version"?',
  ],
  [
    'a misspelt word in sign-in',
    rest('sign-in: { send: { X: "{source.verson}" } }'),
    '2:20: nothing fills {source.verson}; did you mean "source.version"?',
  ],
]

const yaml: Row[] = [
  ['an empty file', '', '1:1: the file is empty; the smallest one says "stack: docker-compose.yml"'],
  ['only a comment', '# nothing\n', '1:1: the file is empty; the smallest one says "stack: docker-compose.yml"'],
  ['a key twice', 'stack: a.yml\nstack: b.yml\n', '2:1: the key "stack" stands here a second time'],
  ['a key twice, deep', rest('ready: { within: 1s, within: 2s }'), '2:22: the key "within" stands here a second time'],
  [
    'an open list',
    'stack: [a\nname: b\n',
    '2:1: this is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  ['a tab', 'stack:\n\tcompose: a\n', '2:1: this is not YAML: Tabs are not allowed as indentation'],
  [
    'two documents',
    'stack: a.yml\n---\nstack: b.yml\n',
    '2:1: a second document starts here; one file holds one configuration',
  ],
  ['an alias of nothing', 'stack: *nope\n', '1:8: no anchor &nope stands before this alias'],
  [
    'aliases that multiply',
    `a: &a [x,x,x,x,x,x,x,x,x,x]\n${['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefgh'[index]}`)}]`).join('\n')}\nstack: *i\n`,
    '10:8: aliases of aliases multiply to more than 100 copies; write them out',
  ],
]

const procedures: Row[] = [
  [
    'a misspelt key of restart',
    upgrade('strategy: restart\ngrac: 3s'),
    '4:3: unknown key "grac"; did you mean "grace"?',
  ],
  [
    'a misspelt key of migrate, which is not called missing too',
    upgrade('strategy: migrate\nquiese: [web]\nmigrate: { service: web, run: x }'),
    '4:3: unknown key "quiese"; did you mean "quiesce"?',
  ],
  [
    'a misspelt key of its command',
    upgrade('strategy: migrate\nquiesce: web\nmigrate: { service: web, run: x, forbit: y }'),
    '5:36: unknown key "forbit"; did you mean "forbid"?',
  ],
  [
    "another strategy's key",
    upgrade('strategy: restart\nquiesce: [web]'),
    '4:3: unknown key "quiesce"; known here: strategy, grace',
  ],
  [
    'a misspelt key of rolling',
    upgrade('strategy: rolling\noder: [web]'),
    '4:3: unknown key "oder"; did you mean "order"?',
  ],
  ['a service twice', upgrade('strategy: rolling\norder: [web, web]'), '4:3: name each service once'],
  [
    'a misspelt check between',
    upgrade('strategy: rolling\norder: web\nbetween:\n  - htpp: { get: / }'),
    '6:7: unknown check "htpp"; did you mean "http"?',
  ],
  [
    'a misspelt key of transfer',
    upgrade('strategy: transfer\nexport: { exec: { service: a, run: b } }\nfresch: a\nimport: { service: a, run: b }'),
    '5:3: unknown key "fresch"; did you mean "fresh"?',
  ],
  [
    'a misspelt key of its import',
    upgrade(
      'strategy: transfer\nexport: { exec: { service: a, run: b } }\nfresh: a\nimport: { service: a, run: b, requires: c }',
    ),
    '6:33: unknown key "requires"; did you mean "require"?',
  ],
  [
    'an import of no form',
    upgrade('strategy: transfer\nexport: { exec: { service: a, run: b } }\nfresh: a\nimport: { service: a }'),
    '6:3: write either "run", a command of the application, or "upload", a request to it',
  ],
  [
    'an import without its service',
    upgrade('strategy: transfer\nexport: { exec: { service: a, run: b } }\nfresh: a\nimport: { run: a }'),
    '6:3: "service" is missing',
  ],
  [
    'an export of no form',
    upgrade('strategy: transfer\nexport: { run: a }\nfresh: a\nimport: { service: a, run: b }'),
    '4:3: write { exec: … } for a command of the application or { api: … } for its API',
  ],
  [
    'a misspelt key of an export',
    upgrade(
      'strategy: transfer\nexport: { exec: { service: a, run: b, fil: /c } }\nfresh: a\nimport: { service: a, run: b }',
    ),
    '4:41: unknown key "fil"; did you mean "file"?',
  ],
  [
    'a misspelt step',
    upgrade('strategy: steps\nsteps:\n  - stpo: all'),
    '5:7: unknown step "stpo"; did you mean "stop"?',
  ],
  [
    'a misspelt key of a step',
    upgrade('strategy: steps\nsteps:\n  - run: { service: a, run: b, dependecies: true }'),
    '5:34: unknown key "dependecies"; did you mean "dependencies"?',
  ],
  [
    'a migration that stands there twice',
    upgrade('strategy: steps\nsteps:\n  - run: { service: a, run: b }\n  - up: all\n  - run: { service: a, run: b }'),
    '7:7: this very command stands here a second time; a one-shot command runs exactly once',
  ],
  ['no step', upgrade('strategy: steps\nsteps: []'), '4:3: name at least one step'],
  ['a step that is not true', upgrade('strategy: steps\nsteps:\n  - pull: false'), '5:7: write true'],
  [
    'a fixture in a step',
    upgrade('strategy: steps\nsteps:\n  - restore: { volum: { name: a, archive: b } }'),
    '5:18: unknown fixture "volum"; did you mean "volume"?',
  ],
  [
    'a template in a step',
    `${smoke('http: { get: /, capture: { notes: $.a } }')}upgrade: { strategy: steps, steps: [exec: { service: a, run: "echo {baseline.note} {baseline.notes}" }] }`,
    '4:57: nothing fills {baseline.note}; did you mean "baseline.notes"?',
  ],
  [
    "a step that asks for what only the target's checks capture",
    `${smoke('http: { get: /, capture: { notes: $.a } }')}upgrade: { strategy: steps, steps: [exec: { service: a, run: "echo {captured.notes}" }] }`,
    '4:57: {captured.notes} is captured only later; move the check that captures it before this one',
  ],
  [
    'a template in a check between',
    `${smoke('http: { get: /, capture: { notes: $.a } }')}upgrade:\n  strategy: rolling\n  order: web\n  between:\n    - http: { get: /, capture: { id: $.a } }\n    - http: { get: "/{captured.id}/{baseline.notes}/{target.id}" }`,
    '9:15: nothing fills {target.id}; known here: version, phase, source.version, target.version, baseline.notes, captured.notes',
  ],
]

const newKinds: Row[] = [
  [
    'a regex pin of no expression',
    rest('pin: { regex: { file: a, pattern: "(" } }'),
    '2:26: not a regular expression: Invalid regular expression: /(/m: Unterminated group',
  ],
  [
    'a regex pin without a group',
    rest('pin: { regex: { file: a, pattern: "b" } }'),
    '2:26: the pattern needs exactly one group, around the version',
  ],
  [
    'a path of a pin',
    rest('pin: { yaml: { file: a, path: "$.a b" , sets: A } }'),
    '2:25: write the path as keys, such as image.tag or containers[0].image',
  ],
  [
    'the variable of a pin in another file',
    rest('pin: { json: { file: a, path: b, sets: A-B } }'),
    '2:34: not a variable name',
  ],
  [
    'both parts of a Dockerfile',
    rest('pin: { dockerfile: { file: a, arg: B, from: c } }'),
    '2:8: write either "arg" or "from"',
  ],
  [
    'a GraphQL check that asks nothing',
    smoke('graphql: { json: { $.a: 1 } }'),
    '3:5: write either "query" or "mutation"',
  ],
  ['an upload to nowhere', smoke('upload: { file: a }'), '3:5: write either "post" or "put"'],
  ['a port', smoke('tcp: { to: queue }'), '3:12: write it as service:port'],
  [
    'an endpoint',
    smoke('s3: { endpoint: "s3:9000", bucket: a, access-key: b, secret-key: c }'),
    '3:11: write the endpoint as http://service:port',
  ],
  ['a metric', smoke('metric: { get: /metrics, metric: "a b" }'), '3:30: not the name of a metric'],
  [
    'a database',
    smoke('sql: { service: a, query: b, engine: postgress }'),
    '3:34: unknown engine "postgress"; did you mean "postgres"?',
  ],
]

const table = { procedures, newKinds, misspelt, kinds, missing, shapes, values, wholes, templates, yaml }

describe.each(Object.entries(table))('%s', (_, rows) => {
  test.each(rows)('%s', async (_what, file, ...messages) => {
    expect((await refusal(file)).split('\n')).toEqual(messages.map((message) => `c.yml:${message}`))
  })
})

test('all faults are told at once, in the order of the file', async () => {
  const file =
    'limits: { total: 3 }\nname: 3\nstack: a.yml\nsmoke:\n  - http: { get: /, status: 9 }\n  - htpp: {}\nfoo: 1\n'
  expect((await refusal(file)).split('\n')).toEqual([
    'c.yml:1:11: write a duration with its unit, such as "90s" or "3m"',
    'c.yml:2:1: write text: put 3 in quotes',
    'c.yml:5:21: write 100 or more, not 9',
    'c.yml:6:5: unknown check "htpp"; did you mean "http"?',
    `c.yml:7:1: unknown key "foo"; ${top}`,
  ])
})

test("no word of the schema library's reaches the user", async () => {
  const all = await Promise.all(
    Object.values(table)
      .flat()
      .map(([, file]) => refusal(file)),
  )
  expect(all.length).toBeGreaterThan(60)
  expect(all.filter((message) => /\bexpected|received|invalid input|invalid key|undefined/i.test(message))).toEqual([])
})
