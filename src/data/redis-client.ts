import type { Client } from './ask.ts'

export interface RedisOptions {
  readonly service: string
  readonly password?: string | undefined
  readonly port: number
}

/** A shell program that has the client's own arguments behind its own. */
export function redisClient(
  { service, password, port }: RedisOptions,
  program: string,
  args: readonly string[] = [],
): Client {
  // By the environment: arguments are seen by whoever lists processes.
  const env = password === undefined ? {} : { REDISCLI_AUTH: password }
  return { service, program: 'redis-cli', argv: ['sh', '-c', program, 'sh', ...args, '-p', String(port)], env }
}
