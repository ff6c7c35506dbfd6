import { askForLines } from './ask.ts'
import type { DataContext } from './data.ts'
import { bucketOf, Gathering } from './gather.ts'
import type { Fingerprint, Row, TablePrint, Want } from './print.ts'
import { type RedisOptions, redisClient } from './redis-client.ts'

/** One step of a walk over the keys of a database: the next place, then a line for each key that has no end of its own. */
const walk = `local page = redis.call('SCAN', ARGV[1], 'COUNT', 1000)
local lines = {page[1]}
for _, key in ipairs(page[2]) do
  if redis.call('TTL', key) == -1 then
    local kind = redis.call('TYPE', key)['ok']
    local parts = {}
    if kind == 'string' then parts = {redis.call('GET', key)}
    elseif kind == 'list' then parts = redis.call('LRANGE', key, 0, -1)
    elseif kind == 'set' then parts = redis.call('SMEMBERS', key) table.sort(parts)
    elseif kind == 'zset' then parts = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    elseif kind == 'hash' then
      local flat = redis.call('HGETALL', key)
      for at = 1, #flat, 2 do parts[#parts + 1] = flat[at] .. '=' .. flat[at + 1] end
      table.sort(parts)
    else parts = {redis.call('DUMP', key)} end
    local sizes = {}
    for at, part in ipairs(parts) do sizes[at] = #part .. ':' .. part end
    lines[#lines + 1] = cjson.encode({key, kind, #parts, redis.sha1hex(table.concat(sizes))})
  end
end
return lines`

const program = `client=$(command -v redis-cli || command -v valkey-cli) || exit 127
walk=$1; shift
for db in $("$client" "$@" INFO keyspace | sed -n 's/^db\\([0-9]*\\):.*/\\1/p'); do
  cursor=0
  while :; do
    page=$("$client" "$@" -n "$db" --raw EVAL "$walk" 0 "$cursor") || exit 1
    cursor=$(printf '%s\\n' "$page" | head -n 1)
    case "$cursor" in ''|*[!0-9]*) printf '%s\\n' "$page" >&2; exit 1;; esac
    printf '%s\\n' "$page" | sed "1d; s/^/$db /"
    [ "$cursor" != 0 ] || break
  done
done`

type Key = [key: string, kind: string, size: number, hash: string]

async function eachKey(
  options: RedisOptions,
  context: DataContext,
  onKey: (database: string, row: Row) => void,
): Promise<void> {
  const client = redisClient(options, program, [walk])
  await askForLines(client, context, { sql: '', end: '\n' }, (line) => {
    const at = line.indexOf(' ')
    // A key may hold bytes that are no text: it is told as what can be read of it.
    const [key, kind, size, hash] = JSON.parse(line.slice(at + 1)) as Key
    onKey(`db${line.slice(0, at)}`, { key, cells: [`${kind} of ${size} ${hash}`] })
  })
}

/** Keys by database, those without an end of their own; each by its type and a hash of what it holds. */
export async function printRedis(
  options: RedisOptions,
  context: DataContext,
  like: Fingerprint | undefined,
): Promise<Fingerprint> {
  const found = new Map<string, Gathering>()
  await eachKey(options, context, (database, row) => {
    const own = found.get(database) ?? new Gathering()
    own.add(row)
    found.set(database, own)
  })
  const tables = [...found].map(([name, own]): [string, TablePrint] => {
    const columns = [{ name: 'value', type: 'value' }]
    return [
      name,
      { name, columns, key: ['key'], rows: own.count, content: own.content(like?.tables.get(name)?.content) },
    ]
  })
  return { tables: new Map(tables), schema: {}, sequences: [] }
}

export async function drillRedis(
  options: RedisOptions,
  context: DataContext,
  wants: readonly Want[],
): Promise<Map<string, Row[]>> {
  const wanted = new Map(wants.map(({ table, buckets }) => [table, { buckets: new Set(buckets), rows: [] as Row[] }]))
  await eachKey(options, context, (database, row) => {
    const own = wanted.get(database)
    if (own?.buckets.has(bucketOf(row.key))) own.rows.push(row)
  })
  return new Map([...wanted].map(([table, { rows }]) => [table, rows]))
}
