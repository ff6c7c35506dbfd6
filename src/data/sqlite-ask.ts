import { Readable } from 'node:stream'
import type { CommandOptions, CommandResult } from '../stack/stack.ts'
import { heldBack, isMissing, isRunning, printed, splitting, unread } from './ask.ts'
import type { DataContext } from './data.ts'
import { inNode, inPython } from './sqlite-programs.ts'

export interface SqliteOptions {
  readonly service: string
  readonly file: string
}

type Asking = (argv: readonly string[], input: string) => Promise<CommandResult>

/**
 * Puts statements to a database with whatever its service has that can read it, and gives the first column of each row
 * as it comes. All see one moment. Throws DATA_UNREAD.
 */
export async function askSqlite(
  { service, file }: SqliteOptions,
  context: DataContext,
  statements: readonly string[],
  onLine: (line: string) => void,
): Promise<void> {
  const { stack, signal } = context
  // One that only has the tools has ended, while the application goes on with the file.
  const running = await isRunning(service, context)
  let lines = heldBack(onLine)
  const asking: Asking = (argv, input) => {
    lines = heldBack(onLine)
    const options: CommandOptions = { signal, stdin: Readable.from([input]), stdout: splitting('\n', lines.take) }
    return running ? stack.exec(service, argv, options) : stack.run(service, argv, options)
  }
  for (const way of [byClient, byPython, byNode]) {
    const result = await way(file, statements, asking)
    if (isMissing(result)) continue
    printed(service, result)
    lines.release()
    return
  }
  const hint = 'name a service that has the file and one of them'
  throw unread(service, `it has no sqlite3 in it, and no Python or Node with that module`, hint)
}

type Way = (file: string, statements: readonly string[], asking: Asking) => Promise<CommandResult>

const byClient: Way = async (file, statements, asking) => {
  // An application that is just writing is waited for.
  const options = ['-batch', '-bail', '-readonly', '-noheader', '-list', '-cmd', '.timeout 10000']
  return await asking(
    ['sqlite3', ...options, file],
    `BEGIN;\n${statements.map((one) => `${one};\n`).join('')}COMMIT;\n`,
  )
}

const byPython: Way = async (file, statements, asking) =>
  await asking(['python3', '-c', inPython, file], asLines(statements))

const byNode: Way = async (file, statements, asking) => {
  const argv = ['node', '--no-warnings', '--experimental-sqlite', '-e', inNode, file]
  const result = await asking(argv, asLines(statements))
  // An older one does not know the option.
  return result.exitCode === 9 ? { ...result, exitCode: 127 } : result
}

function asLines(statements: readonly string[]): string {
  return statements.map((one) => `${JSON.stringify(one)}\n`).join('')
}
