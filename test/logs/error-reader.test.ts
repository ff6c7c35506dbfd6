import { describe, expect, test } from 'vitest'
import { ErrorKinds } from '../../src/logs/error-kinds.ts'
import { readErrors } from '../../src/logs/error-reader.ts'
import { LogMoments } from '../../src/logs/log-moments.ts'

const second = (count: number) => `2026-01-02T03:04:${String(count).padStart(2, '0')}.123456789Z `
const timeOf = (count: number) => Date.parse(second(count).trim())

function read(lines: readonly string[], moments = new LogMoments(), expected: readonly RegExp[] = []) {
  const kinds = new ErrorKinds()
  const reader = readErrors(kinds, moments, expected)
  for (const line of lines) reader.push(line)
  reader.end()
  return kinds
}
const examples = (kinds: ErrorKinds) => kinds.all.map(({ example, count }) => `${count} ${example}`)

describe('the errors of a log', () => {
  test('are counted by their kind, with the first line of each', () => {
    const lines = [
      `${second(1)}ERROR no user 1`,
      `${second(2)}started`,
      `${second(3)}ERROR no user 2`,
      `${second(4)}FATAL gone`,
    ]
    expect(examples(read(lines))).toEqual(['2 ERROR no user 1', '1 FATAL gone'])
  })

  test('of a traceback are what it ends with', () => {
    const frames = ['  File "/app/a.py", line 3, in <module>', '    run()', '']
    const raised = ['ERROR Internal Server Error: /notes', 'Traceback (most recent call last):', ...frames]
    const one = read([...raised, 'django.db.utils.ProgrammingError: no column "a"', 'LINE 1: SELECT a', '  ^'])
    expect(examples(one)).toEqual([
      '1 ERROR Internal Server Error: /notes',
      '1 django.db.utils.ProgrammingError: no column "a"',
    ])
    expect(examples(read(raised))).toContain('1 Traceback (most recent call last):')
    expect(examples(read([...raised, 'GET /notes 500']))).toContain('1 Traceback (most recent call last):')
  })

  test('that are expected do not count', () => {
    expect(examples(read(['ERROR a', 'ERROR b'], undefined, [/ERROR a/]))).toEqual(['1 ERROR b'])
  })

  test('do not count while something stops, and not for waiting while something starts', () => {
    const moments = new LogMoments()
    moments.begin('starting', timeOf(0))
    moments.begin('ready', timeOf(10))
    moments.begin('stopping', timeOf(20))
    moments.begin('starting', timeOf(30))
    const refused = (count: number) => `${second(count)}ERROR connect to db:5432: Connection refused`
    const other = (count: number) => `${second(count)}ERROR no such column`
    expect(examples(read([refused(5), other(5)], moments))).toEqual(['1 ERROR no such column'])
    expect(examples(read([refused(15)], moments))).toHaveLength(1)
    expect(examples(read([refused(25), other(25)], moments))).toEqual([])
    expect(examples(read([refused(35), other(35)], moments))).toEqual(['1 ERROR no such column'])
  })

  test('take no more room than a thousand kinds', () => {
    const letters = (number: number) => [...String(number)].map((digit) => 'ghijklmnop'[Number(digit)]).join('')
    const kinds = read(
      Array.from({ length: 3_000 }, (_, index) => `ERROR about ${letters(index)} ${'x'.repeat(5_000)}`),
    )
    expect(kinds.all).toHaveLength(1_000)
    expect(kinds.more).toBe(true)
    expect(Math.max(...kinds.all.map(({ example }) => example.length))).toBeLessThan(400)
  })
})

test.each([
  'psycopg2.OperationalError: connection to server at "db" (172.18.0.2), port 5432 failed: Connection refused',
  'FATAL:  the database system is starting up',
  'FATAL:  terminating connection due to administrator command',
  'Error: connect ECONNREFUSED 172.18.0.2:5432',
  'Error: getaddrinfo EAI_AGAIN redis',
  "ERROR 2003 (HY000): Can't connect to MySQL server on 'db' (111)",
  'ERROR 2013 (HY000): Lost connection to MySQL server during query',
  'panic: dial tcp: lookup db on 127.0.0.11:53: no such host',
  'java.net.UnknownHostException: db: Temporary failure in name resolution',
  'ERROR org.postgresql.util.PSQLException: Connection to db:5432 refused.',
])('while something starts, this is only waiting: %s', (line) => {
  expect(examples(read([line]))).toEqual([])
})
