import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import { RehearsalError } from '../errors.ts'
import { duration } from '../fields/index.ts'
import { filesNamed } from './files-named.ts'
import type { Durations } from './matrix.ts'

const merged = z.object({ paths: z.array(z.object({ path: z.string(), ms: z.number().optional() })) })
const single = z.object({
  path: z.string(),
  startedAt: z.string(),
  finishedAt: z.string(),
  timings: z.array(z.unknown()).min(1),
})
const written = z.record(z.string(), duration)

/**
 * How long paths took: from the verdicts of earlier runs, merged or not, in a folder; or from a file, one of those or a
 * map of names to durations, `{ "1.8.3..2.0.0": "4m" }`. Throws USAGE.
 */
export async function readDurations(path: string, cwd: string): Promise<Durations> {
  const found = resolve(cwd, path)
  const what = await stat(found).catch(() => undefined)
  if (!what)
    throw new RehearsalError('USAGE', `${path} does not exist`, { hint: 'name a folder of earlier reports, or a file' })
  if (!what.isDirectory()) return new Map(await entriesOf(found, path))
  const known = new Map<string, number>()
  for (const file of await filesNamed(found, 'verdict.json')) {
    // Of an earlier run that broke, nothing is to be learnt.
    for (const [id, ms] of await entriesOf(file, path).catch(() => [])) known.set(id, ms)
  }
  return known
}

async function entriesOf(file: string, name: string): Promise<[string, number][]> {
  let json: unknown
  try {
    json = JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    throw new RehearsalError('USAGE', `${name} is not JSON`, {}, cause)
  }
  const [many, one, map] = [merged.safeParse(json), single.safeParse(json), written.safeParse(json)]
  if (many.success) return many.data.paths.flatMap(({ path, ms }) => (ms === undefined ? [] : [[path, ms]]))
  if (one.success) return [[one.data.path, Date.parse(one.data.finishedAt) - Date.parse(one.data.startedAt)]]
  if (map.success) return Object.entries(map.data)
  throw new RehearsalError('USAGE', `${name} tells no durations`, {
    hint: 'give a verdict.json, or a map such as { "1.8.3..2.0.0": "4m" }',
  })
}
