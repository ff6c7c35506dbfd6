import { Readable, Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { RehearsalError } from '../errors.ts'
import type { CommandOptions, CommandResult } from '../stack/stack.ts'
import type { DataContext } from './data.ts'

/** A client in a service's own container. */
export interface Client {
  readonly service: string
  readonly argv: readonly string[]
  /** What it is called where it is missing. */
  readonly program: string
  readonly env?: Readonly<Record<string, string>>
}

/** All that the client printed. Throws DATA_UNREAD where it is not there, and in its own words where it fails. */
export async function ask(client: Client, context: DataContext, input?: string): Promise<string> {
  const { service, program } = client
  await requireRunning(service, context)
  const result = await askWith((argv, options) => context.stack.exec(service, argv, options), client, context, input)
  if (isMissing(result)) throw unread(service, `it has no ${program} in it to ask with`, 'is it the database itself?')
  return printed(service, result)
}

/** Gives each row that a script prints as it comes: none is kept. Throws like \`ask\`. */
export async function askForLines(
  client: Client,
  context: DataContext,
  { sql, end }: { readonly sql: string; readonly end: string },
  onLine: (line: string) => void,
): Promise<void> {
  const { service, program, argv, env } = client
  await requireRunning(service, context)
  const lines = heldBack(onLine)
  const stdout = splitting(end, lines.take)
  const options = { signal: context.signal, stdin: Readable.from([sql]), stdout, ...(env ? { env } : {}) }
  const result = await context.stack.exec(service, argv, options)
  if (isMissing(result)) throw unread(service, `it has no ${program} in it to ask with`, 'is it the database itself?')
  printed(service, result)
  lines.release()
}

/** The engine tells in a line of output that there is no such program: the first one waits until that is known. */
export function heldBack(onLine: (line: string) => void): { take(line: string): void; release(): void } {
  let held: string | undefined
  const release = () => {
    const line = held
    held = undefined
    if (line !== undefined) onLine(line)
  }
  let first = true
  const take = (line: string) => {
    release()
    if (first) held = line
    else onLine(line)
    first = false
  }
  return { take, release }
}

/** Takes what a client prints and gives it on row by row. */
export function splitting(end: string, onLine: (line: string) => void): Writable {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  return new Writable({
    write(chunk: Buffer, _, done) {
      const parts = (rest + decoder.write(chunk)).split(end)
      rest = parts.pop() ?? ''
      try {
        for (const part of parts) onLine(part)
        done()
      } catch (cause) {
        done(cause as Error)
      }
    },
  })
}

type Way = (argv: readonly string[], options: CommandOptions) => Promise<CommandResult>

/** What a command did, with the whole of its output: a result keeps only the head and the tail of much. */
export async function askWith(
  way: Way,
  { argv, env }: Pick<Client, 'argv' | 'env'>,
  { signal }: DataContext,
  input?: string,
): Promise<CommandResult> {
  const chunks: Buffer[] = []
  const stdout = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk)
      done()
    },
  })
  const stdin = input === undefined ? {} : { stdin: Readable.from([input]) }
  const result = await way(argv, { signal, stdout, ...stdin, ...(env ? { env } : {}) })
  return { ...result, stdout: Buffer.concat(chunks).toString('utf8') }
}

/** The shell's and the engine's word for a program that can't be started. */
export function isMissing({ exitCode }: CommandResult): boolean {
  return exitCode === 126 || exitCode === 127
}

/** What a command printed that succeeded. Throws DATA_UNREAD. */
export function printed(service: string, { exitCode, stdout, stderr }: CommandResult): string {
  if (exitCode === 0) return stdout
  const lines = stderr.trim().split('\n')
  // MariaDB's client repeats the query before it says what is wrong with it.
  const said = lines.find((line) => /^(psql: )?error\b/i.test(line)) ?? lines.at(-1)
  throw unread(service, said || `the client ended with exit code ${exitCode}`, hints.account, lines.slice(-10))
}

/** Throws DATA_UNREAD where no container of the service runs. */
async function requireRunning(service: string, context: DataContext): Promise<void> {
  if (await isRunning(service, context)) return
  throw unread(service, 'it is not running', 'what it last printed is in the report')
}

/** The environment of a service that runs. Throws DATA_UNREAD where it does not. */
export async function environmentOf(service: string, context: DataContext): Promise<Readonly<Record<string, string>>> {
  await requireRunning(service, context)
  return await context.stack.environment(service)
}

export async function isRunning(service: string, { stack }: DataContext): Promise<boolean> {
  return (await stack.containers()).some((one) => one.service === service && one.status === 'running')
}

export const hints = {
  account: 'are user and database those that the service itself is set up with? give them where they are others',
  keys: 'are access-key and secret-key those that the service itself is started with?',
} as const

/** DATA_UNREAD: what is in the store stays unknown. */
export function unread(service: string, why: string, hint: string, log?: readonly string[]): RehearsalError {
  const details = { where: service, hint, ...(log ? { log } : {}) }
  return new RehearsalError('DATA_UNREAD', `what ${service} holds can't be read: ${why}`, details)
}
