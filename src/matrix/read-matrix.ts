import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import { RehearsalError } from '../errors.ts'
import { readPathIds } from '../versions/index.ts'

const schema = z.object({ include: z.array(z.looseObject({ id: z.string(), paths: z.string() })) })

/** The paths of a matrix: the JSON itself, as a workflow hands it on, or the file that holds it. Throws USAGE. */
export async function readMatrix(written: string, cwd: string): Promise<string[]> {
  const isText = written.trimStart().startsWith('{')
  const what = isText ? 'the matrix' : written
  try {
    const { include } = schema.parse(JSON.parse(isText ? written : await readFile(resolve(cwd, written), 'utf8')))
    return include.flatMap(({ paths }) => readPathIds(paths))
  } catch (cause) {
    const hint = 'give the JSON that "plan --matrix" printed, or a file that holds it'
    throw new RehearsalError('USAGE', `${what} is no matrix of paths`, { hint }, cause)
  }
}
