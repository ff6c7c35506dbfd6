import { describe, expect, test } from 'vitest'
import { errorIn } from '../../src/logs/error-line.ts'

describe('an error is known by its level', () => {
  test.each([
    ['PostgreSQL', '2026-01-02 03:04:05.678 UTC [123] ERROR:  relation "notes" does not exist at character 15'],
    ['PostgreSQL', '2026-01-02 03:04:05.678 UTC [1] FATAL:  password authentication failed for user "app"'],
    ['PostgreSQL', '2026-01-02 03:04:05.678 UTC [1] PANIC:  could not locate a valid checkpoint record'],
    ['PostgreSQL', '{"timestamp":"2026-01-02","pid":9,"error_severity":"ERROR","message":"column x does not exist"}'],
    ['MySQL', '2026-01-02T03:04:05.678901Z 0 [ERROR] [MY-010119] [Server] Aborting'],
    ['MariaDB', '2026-01-02  3:04:05 0 [ERROR] InnoDB: Operating system error number 13 in a file operation.'],
    ['Django', 'ERROR 2026-01-02 03:04:05,678 log 12 140 Internal Server Error: /notes/'],
    ['Django', '[ERROR] 2026-01-02 03:04:05 django.request Internal Server Error: /notes/'],
    ['gunicorn', '[2026-01-02 03:04:05 +0000] [8] [ERROR] Exception in worker process'],
    ['pino', '{"level":50,"time":1767323045678,"pid":1,"hostname":"b2","msg":"no such table"}'],
    ['pino', '{"level":60,"time":1767323045678,"msg":"gone"}'],
    ['bunyan', '{"name":"app","hostname":"x","pid":1,"level":50,"msg":"it failed","v":0}'],
    ['winston', 'error: the queue does not answer {"queue":"mail"}'],
    ['node', "TypeError: Cannot read properties of undefined (reading 'id')"],
    ['node', 'Error: listen EADDRINUSE: address already in use :::8000'],
    ['npm', 'npm ERR! code ELIFECYCLE'],
    ['Java', '2026-01-02T03:04:05.678Z ERROR 1 --- [main] o.s.boot.SpringApplication : Application run failed'],
    ['Java', 'Exception in thread "main" java.lang.NullPointerException: x is null'],
    ['Java', 'java.lang.IllegalStateException: no such bean'],
    ['Java', 'Caused by: java.sql.SQLSyntaxErrorException: Unknown column'],
    ['Java', '02-Jan-2026 03:04:05.678 SEVERE [main] org.apache.catalina.startup.Catalina.start failed'],
    ['Go', 'panic: runtime error: invalid memory address or nil pointer dereference'],
    ['Go', 'fatal error: all goroutines are asleep - deadlock!'],
    ['logrus', 'time="2026-01-02T03:04:05Z" level=error msg="no such bucket"'],
    ['slog', 'time=2026-01-02T03:04:05.678Z level=ERROR msg="no such bucket"'],
    ['zap', '2026-01-02T03:04:05.678Z\terror\tstore/store.go:12\tno such bucket'],
    ['zap', '{"level":"error","ts":1767323045.6,"caller":"store.go:12","msg":"no such bucket"}'],
    ['klog', 'E0102 03:04:05.678901       1 reflector.go:138] Failed to watch'],
    ['nginx', '2026/01/02 03:04:05 [error] 29#29: *1 open() "/x" failed (2: No such file or directory)'],
    ['nginx', '2026/01/02 03:04:05 [emerg] 1#1: unknown directive "prxy_pass"'],
    ['Apache', '[Fri Jan 02 03:04:05.678 2026] [core:error] [pid 7] (13)Permission denied'],
    ['Laravel', '[2026-01-02 03:04:05] production.ERROR: SQLSTATE[42S22]: Column not found'],
    ['PHP', 'PHP Fatal error:  Uncaught Error: Call to undefined function x()'],
    ['Rails', 'E, [2026-01-02T03:04:05.678 #1] ERROR -- : no route'],
    ['Elixir', '03:04:05.678 [error] GenServer terminating'],
    ['.NET', 'fail: Microsoft.EntityFrameworkCore.Database.Command[20102]'],
    ['.NET', 'Unhandled exception. System.InvalidOperationException: no connection string'],
    ['Rust', '2026-01-02T03:04:05.678901Z ERROR app::store: no such bucket'],
    ['Rust', "thread 'main' panicked at src/main.rs:4:5:"],
    ['MongoDB', '{"t":{"$date":"2026-01-02"},"s":"E","c":"STORAGE","msg":"WiredTiger error"}'],
    ['Cloud', '{"severity":"CRITICAL","message":"the quota is used up"}'],
    ['ECS', '{"@timestamp":"2026-01-02","log.level":"error","message":"no index"}'],
  ])('%s: %s', (_, line) => expect(errorIn(line)).not.toBeUndefined())
})

describe('what is no error', () => {
  test.each([
    '2026-01-02 03:04:05.678 UTC [1] LOG:  database system is ready to accept connections',
    "2026-01-02 03:04:05.678 UTC [9] LOG:  statement: select 'ERROR'",
    '2026-01-02 03:04:05.678 UTC [9] STATEMENT:  insert into levels values (ERROR)',
    '2026-01-02 03:04:05.678 UTC [9] HINT:  No function matches. ERROR codes are listed in the manual.',
    '2026-01-02T03:04:05.678901Z 0 [Warning] [MY-010068] [Server] CA certificate ca.pem is self signed.',
    '2026-01-02T03:04:05.678901Z 0 [System] [MY-010931] [Server] ready for connections. ERROR log: stderr',
    'INFO 2026-01-02 handled a ValueError: ERROR is only its name',
    'WARN  o.a.c.Connector: java.io.IOException: Broken pipe',
    '{"level":30,"msg":"ERROR handling is on"}',
    '{"level":"info","msg":"no error"}',
    '{"error":"not found","status":404}',
    'time="2026-01-02T03:04:05Z" level=warning msg="ERROR rate is 0"',
    '0 errors, 0 warnings',
    'set ERROR_LOG=/dev/stderr',
    '2026/01/02 03:04:05 [notice] 1#1: start worker processes',
    '172.18.0.1 - - [02/Jan/2026:03:04:05 +0000] "GET /error HTTP/1.1" 500 12',
    '\tat org.example.ExceptionHandler.handle(ExceptionHandler.java:12)',
    '    at Object.<anonymous> (/app/error.js:1:7)',
    'registered the error handler',
    'Applying notes.0002_errors... OK',
    '',
  ])('%s', (line) => expect(errorIn(line)).toBeUndefined())
})

test('of a JSON line, only what is said counts', () => {
  const line = (id: string) =>
    JSON.stringify({
      level: 50,
      time: 1,
      reqId: id,
      msg: 'request failed',
      err: { type: 'DatabaseError', message: 'no such table: notes', stack: `at ${id}` },
    })
  expect(errorIn(line('a'))).toBe('request failed · DatabaseError · no such table: notes')
  expect(errorIn(line('b'))).toBe(errorIn(line('a')))
})

test('a line of any length takes no time', () => {
  const started = performance.now()
  for (const part of ['[', '2', '2026-', '"', "'", 'a.', '{', ' ', 'level=', 'x@', '\t'])
    errorIn(part.repeat(1_000_000))
  expect(performance.now() - started).toBeLessThan(2_000)
})
