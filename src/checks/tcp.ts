import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { z } from 'zod'
import { object, pattern } from '../fields/index.ts'
import { describeFailure } from '../http/request.ts'
import type { Observation } from '../run/journal.ts'
import { type CheckContext, checkFields, defineCheck } from './check.ts'

const schema = object({
  ...checkFields,
  to: z.string().regex(/^[\w.-]+:\d+$/, 'write it as service:port'),
  send: z.string().optional(),
  expect: pattern.optional(),
})
type Options = z.output<typeof schema>

const maxAnswer = 64 * 1024

/** Connects to a port that does not speak HTTP. */
export const tcp = defineCheck<Options>({
  name: 'tcp',
  summary:
    'Connects to a port of a service; sends `send`, if given, and reads until `expect` matches. Without `expect`, a connection that stays open for a moment is enough.',
  example: `tcp: { to: queue:11300, send: "stats\\r\\n", expect: "current-jobs-ready: \\\\d+" }`,
  schema,
  title: (options) => options.to,
  urls: (options) => [`http://${options.to}`],
  isThere: async ({ to }, context) => (await observe({ to }, context)).outcome === 'passed',
  observe,
})

async function observe(options: Options, context: CheckContext): Promise<Observation> {
  const [service = '', port] = options.to.split(':')
  const { host, port: door } = context.stack.address(service, Number(port))
  const wanted = options.expect === undefined ? undefined : context.pattern(options.expect)
  const expected = wanted ? `${options.to} answers /${options.expect}/` : `${options.to} takes connections`
  const socket = connect({ host, port: door })
  const abort = () => socket.destroy(new Error('no answer in time'))
  context.signal.addEventListener('abort', abort, { once: true })
  const failed = (actual: string): Observation => ({ outcome: 'failed', service, expected, actual })
  try {
    await once(socket, 'connect')
    if (options.send !== undefined) socket.write(context.fill(options.send))
    const seen = await read(socket, wanted)
    if (seen.ended && (!wanted || !seen.matches)) {
      return failed(
        seen.text === '' ? 'the connection was closed at once' : `got ${JSON.stringify(seen.text.slice(0, 300))}`,
      )
    }
    return { outcome: 'passed' }
  } catch (cause) {
    return failed(context.signal.aborted ? 'no such answer in time' : describeFailure(cause))
  } finally {
    context.signal.removeEventListener('abort', abort)
    socket.destroy()
  }
}

/** The door takes every connection: that nobody stands behind it shows only when it closes again. */
const openMs = 300

async function read(socket: Socket, wanted: RegExp | undefined) {
  let text = ''
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const timer = wanted ? undefined : setTimeout(() => resolve(false), openMs)
  socket.on('data', (piece: Buffer) => {
    text += piece.toString('latin1')
    if (wanted?.test(text)) resolve(false)
    else if (text.length > maxAnswer) resolve(true)
  })
  socket
    .once('end', () => resolve(true))
    .once('close', () => resolve(true))
    .once('error', reject)
  try {
    const ended = await promise
    return { text, ended, matches: wanted?.test(text) ?? false }
  } finally {
    clearTimeout(timer)
  }
}
