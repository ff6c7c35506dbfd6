import { Writable } from 'node:stream'
import { formatBytes } from '../fields/index.ts'
import type { Observation } from '../run/journal.ts'
import type { CommandOptions, CommandResult } from '../stack/stack.ts'

/** More of an output is not compared: a count or a hash of it says the same. */
const mostBytes = 16 * 1024 * 1024

/** What a command did with all of its standard output; elsewhere only the two ends of much are kept. */
export async function withWholeOutput(
  run: (stdout: NonNullable<CommandOptions['stdout']>) => Promise<CommandResult>,
  service: string,
): Promise<CommandResult | Observation> {
  const chunks: Buffer[] = []
  let bytes = 0
  const stdout = new Writable({
    write(chunk: Buffer, _, done) {
      bytes += chunk.length
      if (bytes <= mostBytes) chunks.push(chunk)
      done()
    },
  })
  const result = await run(stdout)
  if (bytes <= mostBytes) return { ...result, stdout: Buffer.concat(chunks).toString('utf8') }
  const detail = `it printed ${formatBytes(bytes)}, more than the ${formatBytes(mostBytes)} that are compared; let it print a count or a hash`
  return { outcome: 'error', service, detail }
}
