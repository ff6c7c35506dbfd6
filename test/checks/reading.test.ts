import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { CheckContext } from '../../src/checks/check.ts'
import { measuring } from '../../src/checks/index.ts'
import type { Reading } from '../../src/checks/measure.ts'
import type { CommandOptions, CommandResult } from '../../src/stack/stack.ts'

/** A stack in which every command prints this, and every port is this one. */
function contextOf(printed: string | Buffer[], given: { exitCode?: number; port?: number } = {}): CheckContext {
  const run = async (_: string, __: readonly string[], { stdout }: CommandOptions): Promise<CommandResult> => {
    const { exitCode = 0 } = given
    const parts = typeof printed === 'string' ? [Buffer.from(printed)] : printed
    if (!stdout) return { exitCode, stdout: parts.join(''), stderr: '' }
    for (const part of parts) stdout.write(part)
    await new Promise<void>((done) => stdout.end(done))
    return { exitCode, stdout: '', stderr: exitCode === 0 ? '' : 'ERROR: no such table' }
  }
  const stack = {
    exec: run,
    run,
    environment: async () => ({ POSTGRES_USER: 'app' }),
    address: () => ({ host: '127.0.0.1', port: given.port ?? 1 }),
  }
  return {
    stack: stack as unknown as CheckContext['stack'],
    signal: AbortSignal.timeout(5_000),
    fill: (text: string) => text,
    pattern: (source: string) => new RegExp(source, 'm'),
    home: 'http://web:80',
    signedIn: undefined,
  } as unknown as CheckContext
}

async function read(kind: string, options: object, context: CheckContext): Promise<Reading> {
  const found = measuring.find(({ name }) => name === kind)
  if (!found) throw new Error(`${kind} has no value`)
  return await found.measure.read(found.measure.schema.parse({ rule: 'superset', ...options }) as never, context)
}

async function told(kind: string, options: object, context: CheckContext): Promise<string> {
  const reading = await read(kind, options, context)
  if ('value' in reading) return JSON.stringify([reading.value.elements, reading.value.number ?? null])
  const { outcome, expected, actual, detail } = reading.observation
  return [outcome, expected, actual, detail].filter(Boolean).join(': ')
}

describe('what a command gives', () => {
  const exec = { service: 'app', run: ['list'] }
  test.each<[string, string, object, CheckContext, string]>([
    ['its lines', 'exec', exec, contextOf('a\n\nb\n'), '[[["a"],["b"]],null]'],
    ['a number', 'run', exec, contextOf('42\n'), '[[["42"]],42]'],
    ['a group of a pattern', 'exec', { ...exec, output: 'of (\\d+)' }, contextOf('3 of 17 done'), '[[["17"]],17]'],
    ['no match', 'exec', { ...exec, output: 'of x' }, contextOf('3 of 17'), 'failed: a match of /of x/: none'],
    ['a failure', 'exec', exec, contextOf('', { exitCode: 3 }), 'failed: exit code 0: exit code 3'],
    [
      'what is forbidden',
      'exec',
      { ...exec, forbid: 'ERR' },
      contextOf('ERR'),
      'failed: output has no /ERR/: output has "ERR"',
    ],
    ['rows', 'sql', { service: 'db', query: 'q' }, contextOf('1\tx\0' + '2\ty\0'), '[[["1","x"],["2","y"]],null]'],
    ['one cell', 'sql', { service: 'db', query: 'q' }, contextOf('12\0'), '[[["12"]],12]'],
    ['no row', 'sql', { service: 'db', query: 'q' }, contextOf(''), '[[],null]'],
    [
      'a query that fails',
      'sql',
      { service: 'db', query: 'q' },
      contextOf('', { exitCode: 1 }),
      'failed: the query runs: ERROR: no such table',
    ],
  ])('%s', async (_, kind, options, context, expected) => {
    expect(await told(kind, options, context)).toBe(expected)
  })

  test('more than can be compared is told, and not cut', async () => {
    const much = Array.from({ length: 17 }, () => Buffer.alloc(1024 * 1024, 'x\n'))
    expect(await told('exec', exec, contextOf(much))).toBe(
      'error: it printed 17.0 MiB, more than the 16.0 MiB that are compared; let it print a count or a hash',
    )
  })
})

describe('what an answer gives', () => {
  const document = { count: 2, items: [{ id: 1 }, { id: 2 }], none: [] }

  async function answering(status: number, body: string): Promise<CheckContext> {
    const server = createServer((_, response) => response.writeHead(status).end(body))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    onTestFinished(() => void server.close())
    return contextOf('', { port: (server.address() as AddressInfo).port })
  }

  test.each<[string, string, object, number, string, string]>([
    ['a number', 'http', { get: '/', json: '$.count' }, 200, JSON.stringify(document), '[[["2"]],2]'],
    ['a list', 'http', { get: '/', json: '$.items[*].id' }, 200, JSON.stringify(document), '[[["1"],["2"]],null]'],
    [
      'what a list holds',
      'http',
      { get: '/', json: '$.items' },
      200,
      JSON.stringify(document),
      '[[["{\\"id\\":1}"],["{\\"id\\":2}"]],null]',
    ],
    ['an empty list', 'http', { get: '/', json: '$.none' }, 200, JSON.stringify(document), '[[],null]'],
    [
      'a path with a slip in it',
      'http',
      { get: '/', json: '$.cuont' },
      200,
      JSON.stringify(document),
      'failed: $.cuont is there: nothing',
    ],
    ['no JSON', 'http', { get: '/', json: '$.a' }, 200, 'hello', 'failed: a JSON document: 5 bytes that are not JSON'],
    ['a text', 'http', { get: '/', text: 'v(\\d+)' }, 200, 'release v7', '[[["7"]],7]'],
    [
      'another status',
      'http',
      { get: '/', json: '$.count' },
      500,
      JSON.stringify(document),
      'failed: status 2xx: status 500: answer: 500 "{\\"count\\":2,\\"items\\":[{\\"id\\":1},{\\"id\\":2}],\\"none\\":[]}"',
    ],
    [
      'data of GraphQL',
      'graphql',
      { query: '{ a }', json: '$.data.a' },
      200,
      '{"data":{"a":[1,2]}}',
      '[[["1"],["2"]],null]',
    ],
    [
      'errors of GraphQL',
      'graphql',
      { query: '{ a }' },
      200,
      '{"data":{"a":1},"errors":[{"message":"no"}]}',
      'failed: $.errors[0] does not exist: $.errors[0] is {"message":"no"}: answer: 200 "{\\"data\\":{\\"a\\":1},\\"errors\\":[{\\"message\\":\\"no\\"}]}"',
    ],
    ['a metric', 'metric', { get: '/', metric: 'a_total' }, 200, 'a_total{x="1"} 3\na_total{x="2"} 4\n', '[[["7"]],7]'],
    [
      'no metric',
      'metric',
      { get: '/', metric: 'b_total' },
      200,
      'a_total 3\n',
      'failed: b_total is there: 0 samples of b_total, none of them fits',
    ],
  ])('%s', async (_, kind, options, status, body, expected) => {
    expect(await told(kind, options, await answering(status, body))).toBe(expected)
  })

  test('nobody signed in', async () => {
    expect(await told('http', { get: '/', 'signed-in': true }, contextOf(''))).toContain('no sign-in is configured')
  })
})
