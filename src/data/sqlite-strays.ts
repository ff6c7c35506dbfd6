import { basename } from 'node:path/posix'
import { isRunning } from './ask.ts'
import { comparePrints } from './compare-prints.ts'
import type { DataContext } from './data.ts'
import type { Fingerprint } from './print.ts'
import type { SqliteOptions } from './sqlite-ask.ts'
import { printSqlite } from './sqlite-print.ts'

/**
 * The database that the application uses. A release that looks for it elsewhere makes a new one there, in its own container,
 * and the old file stays as it was: then the new one is what became of the data.
 */
export async function printUsed(
  options: SqliteOptions,
  context: DataContext,
  like: Fingerprint | undefined,
): Promise<Fingerprint> {
  // Found out before: from then on that file is the database.
  if (like?.from !== undefined) {
    const { from } = like
    return { ...(await printSqlite({ ...options, file: from }, context, like)), from }
  }
  const [print, strays] = await Promise.all([printSqlite(options, context, like), straysOf(options, context)])
  if (!like) return { ...print, strays }
  const fresh = strays.filter((path) => !like.strays?.includes(path))
  if (fresh.length === 0 || !isUntouched(like, print)) return print
  for (const from of fresh) {
    const other = await printSqlite({ ...options, file: from }, context, like).catch(() => undefined)
    context.signal.throwIfAborted()
    // What has none of the tables is of another kind.
    if (other && [...other.tables.keys()].some((name) => like.tables.has(name))) return { ...other, from }
  }
  return print
}

async function straysOf({ service, file }: SqliteOptions, context: DataContext): Promise<readonly string[]> {
  if (!(await isRunning(service, context))) return []
  const name = basename(file)
  return (await context.stack.ownFiles(service)).filter((path) => path !== file && basename(path) === name)
}

/** An application that has the old file open leaves something in it: a migration, a row. */
function isUntouched(before: Fingerprint, now: Fingerprint): boolean {
  const { changes, schema } = comparePrints(before, now, { before: new Map(), after: new Map() })
  return changes.length + schema.added.length + schema.removed.length + schema.changed.length === 0
}
