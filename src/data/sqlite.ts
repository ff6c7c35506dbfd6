import type { z } from 'zod'
import { object, service, text } from '../fields/index.ts'
import { countsOf } from './counts.ts'
import { type Counts, type DataContext, defineData } from './data.ts'
import { askSqlite } from './sqlite-ask.ts'
import { drillSqlite } from './sqlite-print.ts'
import { usersTables } from './sqlite-programs.ts'
import { printUsed } from './sqlite-strays.ts'

const schema = object({
  service,
  file: text.refine((file) => file.startsWith('/'), { error: 'write the whole path inside the container' }),
})
type Options = z.output<typeof schema>

/** The tables of an SQLite database. */
export const sqlite = defineData<Options>({
  name: 'sqlite',
  summary:
    "Schema and rows of every table of an SQLite database, read inside a service that has the `file`: with its `sqlite3`, or else with the module of its Python or Node. Where the target makes a file of that name anew outside of every volume, and leaves the old one alone, the new one is compared. Views, virtual tables and a full-text index's own tables are left out.",
  example: 'sqlite: { service: web, file: /data/app.db }',
  schema,
  title: ({ service, file }) => service + file,
  services: (options) => [options.service],
  paths: (options) => [options.file],
  unit: 'rows',
  hasSchema: true,
  count,
  print: printUsed,
  drill: drillSqlite,
  needsServices: false,
  inferred(fixture) {
    if (fixture.kind !== 'sqlite') return undefined
    const { service, path } = fixture.options as { readonly service?: string; readonly path: string }
    // A path in a volume says nothing of the service that has a program to read it with.
    return service === undefined ? undefined : { service, file: path }
  },
})

async function count(options: Options, context: DataContext): Promise<Counts> {
  const names: string[] = []
  await askSqlite(options, context, [`SELECT hex(own.name) FROM sqlite_master AS own WHERE ${usersTables}`], (line) => {
    names.push(Buffer.from(line, 'hex').toString('utf8'))
  })
  const counted: (readonly [string, number])[] = []
  const each = names.map((name, place) => `SELECT ${place} || '|' || count(*) FROM "${name.replaceAll('"', '""')}"`)
  if (each.length > 0) {
    await askSqlite(options, context, each, (line) => {
      const [place, rows] = line.split('|')
      counted.push([names[Number(place)] as string, Number(rows)])
    })
  }
  return countsOf(counted)
}
