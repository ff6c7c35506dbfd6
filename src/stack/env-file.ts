import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { RehearsalError } from '../errors.ts'

/** The variables of an env-file; `at` is where the configuration names it. Throws STACK_INVALID where it can't be read. */
export async function readEnvFile(folder: string, name: string, at?: string): Promise<Record<string, string>> {
  const text = await readFile(resolve(folder, name), 'utf8').catch((cause) => {
    const hint =
      'the path is relative to the folder of the configuration; is the file fetched before the rehearsal starts?'
    const place = at === undefined ? '' : `${at}: `
    throw new RehearsalError(
      'STACK_INVALID',
      `${place}the env-file ${name} can't be read`,
      { where: name, hint },
      cause,
    )
  })
  return parseEnv(text) as Record<string, string>
}
