import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { execa } from 'execa'
import { RehearsalError } from '../errors.ts'
import type { CommandResult } from '../stack/stack.ts'
import type { CommandPort, ProcessOptions } from './command.ts'
import { KeptOutput } from './kept-output.ts'
import { endGroup } from './process-group.ts'

/** Runs programs with execa, each in a process group of its own, so that an abort ends its children too. */
export const execaCommand: CommandPort = { run }

async function run(argv: readonly string[], options: ProcessOptions): Promise<CommandResult> {
  options.signal.throwIfAborted()
  const [program, ...args] = argv as [string, ...string[]]
  const child = execa(program, args, {
    ...(options.folder === undefined ? {} : { cwd: options.folder }),
    env: options.env,
    extendEnv: false,
    detached: true,
    // `cleanup` would kill only the child, at exit, and not what it started.
    cleanup: false,
    buffer: false,
    reject: false,
    // A file descriptor goes straight to the program: no byte of a large dump passes through this process.
    stdin: (typeof options.stdin === 'number' ? options.stdin : options.stdin ? 'pipe' : 'ignore') as 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const stdout = new KeptOutput(options.onLine)
  const stderr = new KeptOutput(options.onLine)
  let ending: Promise<void> | undefined
  const abort = () => {
    ending ??= endGroup(child.pid).then(() => {
      // Whatever has got away, and holds them open, is not waited for.
      for (const stream of [child.stdout, child.stderr]) stream.destroy()
    })
  }
  options.signal.addEventListener('abort', abort, { once: true })
  try {
    const output = Promise.all([take(child.stdout, stdout, options.stdout), take(child.stderr, stderr, options.stderr)])
    const feeding = feed(child.stdin, options.stdin, abort)
    const [result, fed] = await Promise.all([child, feeding, output])
    // What a program leaves running in the background ends with it.
    ending ??= endGroup(child.pid)
    await ending
    options.signal.throwIfAborted()
    if (fed) throw fed
    if (result.exitCode === undefined && result.signal === undefined) {
      // Without its client there is no engine; anything else that can't be started is what the user asked for.
      throw new RehearsalError(
        program === 'docker' ? 'ENGINE_LOST' : 'INTERNAL',
        `can't start ${program}: ${result.originalMessage ?? result.shortMessage}`,
        {
          hint: `is ${program} installed and on the PATH?`,
        },
      )
    }
    return { exitCode: result.exitCode ?? 128 + 15, stdout: stdout.end(), stderr: stderr.end() }
  } finally {
    options.signal.removeEventListener('abort', abort)
  }
}

async function take(from: Readable, kept: KeptOutput, into: Writable | undefined): Promise<void> {
  if (into) await pipeline(from, into).catch(() => undefined)
  else from.on('data', (chunk: Buffer) => kept.push(chunk))
}

/** Pipes the input in; gives the source's own error back, while a program that stops reading is no error. */
function feed(into: Writable, stdin: ProcessOptions['stdin'], abort: () => void): Promise<Error | undefined> {
  if (stdin === undefined || typeof stdin === 'number') return Promise.resolve(undefined)
  const { promise, resolve } = Promise.withResolvers<Error | undefined>()
  let complete = false
  const fail = (error: Error) => {
    resolve(error)
    // What was fed is incomplete: the program must not take the end of its input for the end of the data.
    abort()
    into.destroy()
  }
  const stopReading = () => {
    complete = true
    stdin.destroy()
    resolve(undefined)
  }
  into.once('error', stopReading).once('close', stopReading)
  stdin.once('error', fail).once('end', () => {
    complete = true
  })
  const closed = () => {
    if (!complete) fail(stdin.errored ?? new Error('the input was closed before its end'))
  }
  stdin.once('close', closed)
  // It may have failed while nobody was listening yet.
  if (stdin.destroyed) closed()
  else stdin.pipe(into)
  return promise
}
