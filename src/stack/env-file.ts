import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { RehearsalError } from '../errors.ts'

/** The variables of an env-file. Throws STACK_INVALID where it can't be read. */
export async function readEnvFile(folder: string, name: string): Promise<Record<string, string>> {
  const text = await readFile(resolve(folder, name), 'utf8').catch((cause) => {
    throw new RehearsalError('STACK_INVALID', `the env-file ${name} can't be read`, { where: name }, cause)
  })
  return parseEnv(text) as Record<string, string>
}
