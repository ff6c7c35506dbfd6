import { describe, expect, test } from 'vitest'
import { kindOf } from '../../src/logs/error-kind.ts'
import { errorIn } from '../../src/logs/error-line.ts'

const kind = (line: string) => kindOf(errorIn(line) ?? `no error: ${line}`)

describe('what differs only in ids, times, numbers and values is of one kind', () => {
  test.each([
    [
      '2026-01-02 03:04:05.678 UTC [123] ERROR:  duplicate key value violates unique constraint "users_email_key"',
      '2026-01-02 13:14:15.1 UTC [4] ERROR:  duplicate key value violates unique constraint "notes_pkey"',
    ],
    [
      '2026-01-02T03:04:05.678901Z 8 [ERROR] [MY-013183] [InnoDB] Assertion failure: fil0fil.cc:12 thread 1409',
      '2026-02-12T13:04:05.000001Z 118 [ERROR] [MY-013183] [InnoDB] Assertion failure: fil0fil.cc:99 thread 7',
    ],
    [
      'ERROR 2026-01-02 03:04:05,678 tasks 12 140 task 3f2b8c1e-1111-2222-3333-444455556666 took 12.5s',
      'ERROR 2026-01-02 03:04:06,001 tasks 7 141 task aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee took 900ms',
    ],
    [
      '{"level":50,"time":1,"pid":1,"hostname":"b2","reqId":"a","msg":"no user 12 in 5 ms"}',
      '{"level":50,"time":9,"pid":7,"hostname":"c3","reqId":"b","msg":"no user 4711 in 1 s"}',
    ],
    [
      '2026-01-02T03:04:05.678Z ERROR 1 --- [http-nio-8080-exec-5] c.e.Store : lost lease 0x7ffe12',
      '2026-01-03T03:04:05.678Z ERROR 9 --- [http-nio-8080-exec-11] c.e.Store : lost lease 0xdeadbeef',
    ],
    [
      'time="2026-01-02T03:04:05Z" level=error msg="no such bucket" id=1',
      'time="2026-01-02T03:04:06Z" level=error msg="no such object" id=22',
    ],
    [
      '2026/01/02 03:04:05 [error] 29#29: *1 connect() failed while connecting to upstream http://172.18.0.3:8000/a',
      '2026/01/02 03:04:07 [error] 30#30: *17 connect() failed while connecting to upstream http://172.18.0.9:8001/b',
    ],
    [
      'E0102 03:04:05.678901       1 reflector.go:138] Failed to watch: 10.0.0.1:443',
      'E1231 13:04:05.000001      12 reflector.go:138] Failed to watch: 10.99.0.1:6443',
    ],
    [
      '[Fri Jan 02 03:04:05 2026] [core:error] [pid 7] denied',
      '[Sat Feb 14 13:04:05 2026] [core:error] [pid 81] denied',
    ],
    ['ERROR sent to anna@example.com', 'ERROR sent to b.c@mail.example.org'],
    ['ERROR token ***, 3 tries, 1, 2, 3', 'ERROR token abc123, 12 tries, 4, 5'],
    ['panic: index out of range [5] with length 3', 'panic: index out of range [15] with length 13'],
  ])('%s', (one, other) => expect(kind(other)).toBe(kind(one)))
})

describe('what says something else is of another kind', () => {
  test.each([
    ['ERROR:  relation "a" does not exist', 'ERROR:  column "a" does not exist'],
    ['TypeError: x is not a function', 'ReferenceError: x is not defined'],
    ['{"level":50,"msg":"no user"}', '{"level":50,"msg":"no note"}'],
    ["ERROR can't open the file", "ERROR can't read the file"],
    ['java.lang.IllegalStateException: a', 'java.lang.NullPointerException: a'],
  ])('%s', (one, other) => expect(kind(other)).not.toBe(kind(one)))
})

test('a kind is of one kind with itself, and short', () => {
  for (const line of ['ERROR a 1 b', `ERROR ${'word '.repeat(500)}`, 'ERROR "x', "ERROR it's 12 o'clock"]) {
    expect(kindOf(kindOf(line))).toBe(kindOf(line))
    expect(kindOf(line).length).toBeLessThanOrEqual(200)
  }
})
