import { z } from 'zod'
import { object, service, text } from '../fields/index.ts'
import { pollUntil } from '../run/poll.ts'
import { ask, unread } from './ask.ts'
import { countsOf } from './counts.ts'
import { type Counts, type DataContext, defineData } from './data.ts'
import { redisClient } from './redis-client.ts'
import { drillRedis, printRedis } from './redis-print.ts'

const schema = object({
  service,
  password: text.optional(),
  port: z.number().int().min(1).max(65_535).default(6379),
})
type Options = z.output<typeof schema>

/** The keys of a Redis. */
export const redis = defineData<Options>({
  name: 'redis',
  summary: 'Keys and values of each database of a Redis, as `db0`, read with the client in its own container.',
  example: 'redis: { service: cache }',
  schema,
  title: ({ service }) => service,
  services: (options) => [options.service],
  unit: 'keys',
  count,
  async print(options, context, like) {
    await count(options, context)
    return await printRedis(options, context, like)
  },
  drill: drillRedis,
  recognised: ({ service, image, isKept }) =>
    isKept && /^(redis|valkey)$/.test(image) ? { service, port: 6379 } : undefined,
  inferred(fixture) {
    if (fixture.kind !== 'redis') return undefined
    const { service, password, port } = fixture.options as Options
    return { service, password, port }
  },
})

const program = 'client=$(command -v redis-cli || command -v valkey-cli) || exit 127; exec "$client" "$@" INFO'

async function count(options: Options, context: DataContext): Promise<Counts> {
  let info = ''
  // It answers while it still reads its file, and then has only a part of its keys.
  const isLoaded = async () => {
    info = await askForInfo(options, context)
    return !/^loading:1/m.test(info)
  }
  await pollUntil(isLoaded, { signal: context.signal })
  return countsOf(
    [...info.matchAll(/^(db\d+):keys=(\d+)/gm)].map(([, name, keys]) => [name as string, Number(keys)] as const),
  )
}

async function askForInfo(options: Options, context: DataContext): Promise<string> {
  const { service } = options
  const info = await ask(redisClient(options, program), context)
  // An error of the server's is printed like an answer.
  if (/^loading:\d/m.test(info)) return info
  const said = info.trim().split('\n')[0] || 'it gives no answer'
  throw unread(service, said, 'is it the Redis itself, and is password the one that it wants?')
}
