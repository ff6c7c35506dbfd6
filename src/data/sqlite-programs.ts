/** What the virtual tables of SQLite keep of their own; not `_content`, which may be the only place of a text. */
const shadows = ['data', 'idx', 'docsize', 'config', 'segments', 'segdir', 'stat', 'node', 'parent', 'rowid']

/** Which of `sqlite_master`'s rows, called `own`, are tables of the user's. */
export const usersTables = `own.type = 'table' AND own.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND own.sql NOT LIKE 'CREATE VIRTUAL %' AND NOT EXISTS (
  SELECT 1 FROM sqlite_master AS index_of WHERE index_of.sql LIKE 'CREATE VIRTUAL %'
  AND own.name IN (${shadows.map((part) => `index_of.name || '_${part}'`).join(', ')}))`

/**
 * Programs that take statements from standard input, a JSON text a line, and print the first column of each row, a line a
 * row, all as of one moment. They end with 127 where there is no module for SQLite.
 */
export const inPython = `import json, sys
try:
    import sqlite3
except ImportError:
    sys.exit(127)
from pathlib import Path
database = sqlite3.connect(Path(sys.argv[1]).as_uri() + '?mode=ro', uri=True, timeout=10, isolation_level=None)
database.text_factory = lambda data: data.decode('utf-8', 'replace')
database.execute('BEGIN')
for line in sys.stdin:
    for row in database.execute(json.loads(line)):
        sys.stdout.write(str(row[0]) + '\\n')
`

export const inNode = `let sqlite
try { sqlite = require('node:sqlite') } catch { process.exit(127) }
const fs = require('node:fs')
const database = new sqlite.DatabaseSync(process.argv[1], { readOnly: true })
database.exec('PRAGMA busy_timeout = 10000; BEGIN')
for (const line of fs.readFileSync(0, 'utf8').split('\\n').filter(Boolean)) {
  let kept = ''
  for (const row of database.prepare(JSON.parse(line)).iterate()) {
    kept += Object.values(row)[0] + '\\n'
    if (kept.length > 65536) { fs.writeSync(1, kept); kept = '' }
  }
  fs.writeSync(1, kept)
}
`
