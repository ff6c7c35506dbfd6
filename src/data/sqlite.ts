import type { z } from 'zod'
import { object, service, text } from '../fields/index.ts'
import type { CommandResult } from '../stack/stack.ts'
import { askWith, isMissing, isRunning, printed, unread } from './ask.ts'
import { countsOf } from './counts.ts'
import { type Counts, type DataContext, defineData } from './data.ts'
import { countInNode, countInPython, tablesSql } from './sqlite-programs.ts'

const schema = object({
  service,
  file: text.refine((file) => file.startsWith('/'), { error: 'write the whole path inside the container' }),
})
type Options = z.output<typeof schema>

/** The tables of an SQLite database. */
export const sqlite = defineData<Options>({
  name: 'sqlite',
  summary:
    "Counts the rows of every table of an SQLite database, inside a service that has the `file`: with its `sqlite3`, or else with the module of its Python or Node. Views, virtual tables and a full-text index's own tables are left out.",
  example: 'sqlite: { service: web, file: /data/app.db }',
  schema,
  title: ({ service, file }) => service + file,
  services: (options) => [options.service],
  unit: 'rows',
  count,
  inferred(fixture) {
    if (fixture.kind !== 'sqlite') return undefined
    const { service, path } = fixture.options as { readonly service?: string; readonly path: string }
    // A path in a volume says nothing of the service that has a program to read it with.
    return service === undefined ? undefined : { service, file: path }
  },
})

type Asking = (argv: readonly string[], input?: string) => Promise<CommandResult>

async function count({ service, file }: Options, context: DataContext): Promise<Counts> {
  const { stack } = context
  // One that only has the tools has ended, while the application goes on with the file.
  const running = await isRunning(service, context)
  const asking: Asking = (argv, input) =>
    askWith((...how) => (running ? stack.exec(service, ...how) : stack.run(service, ...how)), { argv }, context, input)
  for (const way of [byClient, byPython, byNode]) {
    const result = await way(file, asking)
    if (isMissing(result)) continue
    const output = printed(service, result)
    return countsOf(output.split('\n').slice(0, -1).map(readLine))
  }
  const hint = 'name a service that has the file and one of them'
  throw unread(service, `it has no sqlite3 in it, and no Python or Node with that module`, hint)
}

/** `hex of the name|rows`. */
function readLine(line: string): [string, number] {
  const [name = '', rows] = line.split('|')
  return [Buffer.from(name, 'hex').toString('utf8'), Number(rows)]
}

async function byClient(file: string, asking: Asking): Promise<CommandResult> {
  // An application that is just writing is waited for.
  const options = ['-batch', '-bail', '-readonly', '-noheader', '-list', '-cmd', '.timeout 10000']
  const argv = ['sqlite3', ...options, file]
  const listed = await asking(argv, `${tablesSql};\n`)
  if (listed.exitCode !== 0) return listed
  const counting = listed.stdout.split('\n').filter(Boolean).map(countSql)
  // One transaction: all tables as they stand at one moment.
  return await asking(argv, ['BEGIN;\n', ...counting, 'COMMIT;\n'].join(''))
}

function countSql(hex: string): string {
  const name = Buffer.from(hex, 'hex').toString('utf8').replaceAll('"', '""')
  return `SELECT '${hex}', count(*) FROM "${name}";\n`
}

async function byPython(file: string, asking: Asking): Promise<CommandResult> {
  return await asking(['python3', '-c', countInPython, file])
}

async function byNode(file: string, asking: Asking): Promise<CommandResult> {
  const result = await asking(['node', '--no-warnings', '--experimental-sqlite', '-e', countInNode, file])
  // An older one does not know the option.
  return result.exitCode === 9 ? { ...result, exitCode: 127 } : result
}
