import { randomUUID } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Readable, Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { RehearsalError } from '../../src/errors.ts'
import { execaCommand } from '../../src/shell/execa-command.ts'
import { folderWith } from '../config/folder.ts'

const env = { PATH: process.env.PATH as string }
const never = new AbortController().signal
const sh = (script: string, options: Partial<Parameters<typeof execaCommand.run>[1]> = {}) =>
  execaCommand.run(['sh', '-c', script], { env, signal: never, ...options })

describe('a program', () => {
  test('gives its exit code and both streams', async () => {
    expect(await sh('echo out; echo err >&2; exit 3')).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' })
  })

  test('is given arguments, never a line for a shell', async () => {
    const argv = ['printf', '%s\n', '$(id)', '; rm -rf /', '--privileged', "it's"]
    expect((await execaCommand.run(argv, { env, signal: never })).stdout).toBe(
      "$(id)\n; rm -rf /\n--privileged\nit's\n",
    )
  })

  test('finds only the environment that it is given, in the folder that it is given', async () => {
    const folder = await folderWith({})
    const { stdout } = await execaCommand.run(['env'], { env: { ...env, ONE: '1' }, signal: never })
    expect(stdout.trim().split('\n').sort()).toEqual(['ONE=1', `PATH=${env.PATH}`])
    expect((await sh('pwd', { folder })).stdout.trim()).toBe(folder)
  })

  test('that does not exist is named', async () => {
    const run = execaCommand.run(['rehearsal-no-such-program'], { env, signal: never })
    await expect(run).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining("can't start rehearsal-no-such-program"),
    })
  })

  test('that a signal ended has not succeeded', async () => {
    expect((await sh('kill -KILL $$')).exitCode).not.toBe(0)
  })

  test('tells each line as it comes, whole, whatever the pieces', async () => {
    const lines: string[] = []
    const { stdout } = await sh("printf 'a\\303'; sleep 0.05; printf '\\274b\\r\\nlast'", {
      onLine: (line) => lines.push(line),
    })
    expect(lines).toEqual(['aüb', 'last'])
    expect(stdout).toBe('aüb\r\nlast')
  })
})

describe('an abort', () => {
  test('ends the whole group, also what ignores SIGTERM and what it has forked', async () => {
    const mark = `rehearsal-test-${randomUUID()}`
    const aborting = new AbortController()
    const reason = new RehearsalError('TIMEOUT', 'too slow')
    // The child leaves a grandchild behind that holds the output open; both ignore SIGTERM.
    const script = `trap '' TERM; (sh -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done' ${mark} &) ; while :; do sleep 0.1; done`
    const run = execaCommand.run(['sh', '-c', script, mark], {
      env,
      signal: aborting.signal,
      onLine: () => aborting.abort(reason),
    })
    await expect(run).rejects.toBe(reason)
    expect(await running(mark)).toEqual([])
  })

  test('ends what has gone into a session of its own, and holds the output open', async () => {
    const mark = `rehearsal-test-${randomUUID()}`
    const aborting = new AbortController()
    const script = `setsid sh -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done' ${mark} & sleep 60`
    const run = sh(script, { signal: aborting.signal, onLine: () => aborting.abort(new Error('enough')) })
    await expect(run).rejects.toThrow('enough')
    expect(await running(mark)).toEqual([])
  })

  test('does not wait for what has got away', async () => {
    const aborting = new AbortController()
    let pid = 0
    // Orphaned before anybody looks: nothing tells any more whose child it was.
    // Of a process that somebody else has the number of by now it would never see the end.
    const lasting =
      'n=0; while kill -0 $0 2>/dev/null && [ $n -lt 100 ]; do n=$((n+1)); sleep 0.05; done; echo $$; exec sleep 60'
    const script = `(made=$(exec sh -c 'echo $PPID'); setsid sh -c '${lasting}' $made & ); sleep 60`
    const run = sh(script, {
      signal: aborting.signal,
      onLine: (line) => {
        pid = Number(line)
        aborting.abort(new Error('enough'))
      },
    })
    await expect(run).rejects.toThrow('enough')
    process.kill(pid, 'SIGKILL')
  })

  test('is at once where the program obeys', async () => {
    const aborting = new AbortController()
    const startedAt = performance.now()
    // The shell's child becomes an orphan that process 1 may be slow to take notice of, or never does.
    const run = sh('echo ready; sleep 60; true', {
      signal: aborting.signal,
      onLine: () => aborting.abort(new Error('enough')),
    })
    await expect(run).rejects.toThrow('enough')
    expect(performance.now() - startedAt).toBeLessThan(1_500)
  })

  test('that came before starts nothing', async () => {
    const folder = await folderWith({})
    await expect(sh(`touch ${folder}/started`, { signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow(
      'too late',
    )
    await expect(readFile(`${folder}/started`)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

/** Command lines of processes that carry a mark. */
async function running(mark: string): Promise<string[]> {
  const { stdout } = await execaCommand.run(['ps', '-eo', 'args'], { env, signal: never })
  return stdout.split('\n').filter((line) => line.includes(mark))
}

describe('the standard input', () => {
  test('is empty where there is none', async () => {
    expect((await sh('cat; echo end')).stdout).toBe('end\n')
  })

  test('may be a file, which is handed over unread', async () => {
    const folder = await folderWith({ dump: 'line 1\nline 2\n' })
    const file = await open(`${folder}/dump`)
    try {
      expect((await sh('cat', { stdin: file.fd })).stdout).toBe('line 1\nline 2\n')
    } finally {
      await file.close()
    }
  })

  test('may be a stream of any length', async () => {
    const stdin = Readable.from(Array.from({ length: 64 }, () => Buffer.alloc(64 * 1024, 'x')))
    expect((await sh('wc -c', { stdin })).stdout.trim()).toBe(String(64 * 64 * 1024))
  })

  test('that breaks ends the program, and its own error is told', async () => {
    const folder = await folderWith({})
    const broken = new RehearsalError('FIXTURE_CORRUPT', 'truncated')
    const stdin = new PassThrough()
    stdin.write('half')
    const run = sh(`head -c 4 >/dev/null; echo read; cat >/dev/null; touch ${folder}/took-it-for-the-end; sleep 30`, {
      stdin,
      onLine: () => stdin.destroy(broken),
    })
    await expect(run).rejects.toBe(broken)
    await expect(readFile(`${folder}/took-it-for-the-end`)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('that broke before the program was started is told just the same', async () => {
    const broken = new RehearsalError('FIXTURE_UNSAFE', 'evil')
    const stdin = new PassThrough()
    stdin.on('error', () => undefined).destroy(broken)
    await new Promise((done) => stdin.once('close', done))
    await expect(sh('cat', { stdin })).rejects.toBe(broken)
  })

  test('that is closed before its end is no end', async () => {
    const stdin = new PassThrough()
    stdin.write('half')
    await expect(sh('head -c 4; echo; cat', { stdin, onLine: () => stdin.destroy() })).rejects.toThrow(
      'closed before its end',
    )
  })

  test('that the program does not read to its end is no error', async () => {
    const stdin = Readable.from(Array.from({ length: 256 }, () => Buffer.alloc(64 * 1024, 'x')))
    expect(await sh('echo enough >&2; exit 3', { stdin })).toEqual({ exitCode: 3, stdout: '', stderr: 'enough\n' })
  })
})

describe('what is printed', () => {
  test('keeps its head and its tail, and the process stays small', async () => {
    const folder = await folderWith({
      'print.ts': `
        import { readFileSync } from 'node:fs'
        import { execaCommand } from ${JSON.stringify(join(import.meta.dirname, '../../src/shell/execa-command.ts'))}
        const script = "echo first; head -c 400000000 /dev/zero | tr '\\\\0' x; echo; echo last"
        const { stdout } = await execaCommand.run(['sh', '-c', script], { env: process.env, signal: new AbortController().signal })
        const peak = Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024
        console.log(JSON.stringify({ stdout, peak }))`,
    })
    const pieces: Buffer[] = []
    const into = new Writable({
      write(piece: Buffer, _, done) {
        pieces.push(piece)
        done()
      },
    })
    await execaCommand.run([process.execPath, '--max-old-space-size=64', `${folder}/print.ts`], {
      env,
      signal: never,
      stdout: into,
    })
    const { stdout, peak } = JSON.parse(Buffer.concat(pieces).toString())
    expect(stdout.startsWith('first\nxxx')).toBe(true)
    expect(stdout.endsWith('xxx\nlast\n')).toBe(true)
    expect(stdout).toMatch(/\n\[… \d+ bytes left out …\]\n/)
    expect(stdout.length).toBeLessThan(2 ** 21)
    expect(peak).toBeLessThan(256 * 2 ** 20)
  })

  test('goes into a stream where one is given, and not into the result', async () => {
    let bytes = 0
    const into = new Writable({
      write(chunk: Buffer, _, done) {
        bytes += chunk.length
        done()
      },
    })
    const { stdout, stderr } = await sh('head -c 5000000 /dev/zero; echo err >&2', { stdout: into })
    expect([bytes, stdout, stderr]).toEqual([5_000_000, '', 'err\n'])
  })

  test('without an end of line is told in pieces', async () => {
    const lengths: number[] = []
    await sh("head -c 1000000 /dev/zero | tr '\\0' x", { onLine: (line) => lengths.push(line.length) })
    expect(lengths.reduce((sum, one) => sum + one, 0)).toBe(1_000_000)
    expect(Math.max(...lengths)).toBeLessThan(256 * 1024)
  })
})
