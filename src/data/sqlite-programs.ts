/** What the virtual tables of SQLite keep of their own; not `_content`, which may be the only place of a text. */
const shadows = ['data', 'idx', 'docsize', 'config', 'segments', 'segdir', 'stat', 'node', 'parent', 'rowid']

/** Names of the user's tables, in hexadecimal digits. */
export const tablesSql = `SELECT hex(name) FROM sqlite_master AS own WHERE type = 'table'
AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL %' AND NOT EXISTS (
  SELECT 1 FROM sqlite_master AS index_of WHERE index_of.sql LIKE 'CREATE VIRTUAL %'
  AND own.name IN (${shadows.map((part) => `index_of.name || '_${part}'`).join(', ')}))`

/** Each prints a line a table, `hex of the name|rows`; ends with 127 where there is no module for SQLite. */
export const countInPython = `import sys
try:
    import sqlite3
except ImportError:
    sys.exit(127)
from pathlib import Path
database = sqlite3.connect(Path(sys.argv[1]).as_uri() + '?mode=ro', uri=True, timeout=10, isolation_level=None)
database.execute('BEGIN')
for (name,) in database.execute("""${tablesSql.replaceAll('\\', '\\\\')}""").fetchall():
    table = bytes.fromhex(name).decode().replace('"', '""')
    print(name, database.execute('SELECT count(*) FROM "' + table + '"').fetchone()[0], sep='|')
`

export const countInNode = `let sqlite
try { sqlite = require('node:sqlite') } catch { process.exit(127) }
const database = new sqlite.DatabaseSync(process.argv[1], { readOnly: true })
database.exec('PRAGMA busy_timeout = 10000; BEGIN')
const tables = database.prepare(${JSON.stringify(tablesSql.replace('hex(name)', 'hex(name) AS name'))}).all()
const lines = tables.map(({ name }) => {
  const table = Buffer.from(name, 'hex').toString('utf8').replaceAll('"', '""')
  return name + '|' + database.prepare('SELECT count(*) AS rows FROM "' + table + '"').get().rows + '\\n'
})
const { stdout } = process
stdout.write(lines.join(''))
`
