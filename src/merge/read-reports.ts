import { readFile, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { z } from 'zod'
import { parseJunit } from '../checks/suite-junit.ts'
import { RehearsalError } from '../errors.ts'
import { filesNamed } from '../matrix/files-named.ts'
import type { SuiteCase } from '../run/journal.ts'

const side = z.object({ version: z.string() })
const verdict = z.object({
  runId: z.string(),
  name: z.string(),
  path: z.string().optional(),
  verdict: z.enum(['compatible', 'compatible-with-warnings', 'incompatible', 'inconclusive']),
  reasons: z.array(z.object({ code: z.string(), message: z.string(), where: z.string() })),
  rollback: z.record(z.string(), z.enum(['works', 'fails', 'read-only', 'not-run'])),
  from: side,
  to: side,
  proven: z.object({ runId: z.string(), at: z.string() }).optional(),
  hops: z.array(z.object({ from: z.string(), to: z.string(), outcome: z.enum(['done', 'failed', 'not-run']) })),
  startedAt: z.string(),
  finishedAt: z.string(),
})

/** What a merged report is made of: as much of a verdict as another version of this tool may have written too. */
export type Reported = z.output<typeof verdict>

/** One report folder among those to merge. */
export type Found =
  | {
      readonly kind: 'report'
      /** Relative to the folder that was named. */
      readonly folder: string
      readonly verdict: Reported
      /** Absent where there is no JUnit file that can be read. */
      readonly cases?: readonly SuiteCase[]
    }
  | { readonly kind: 'unreadable'; readonly folder: string; readonly why: string }

/** Every report in the folders; what can't be read is told, never left out. Throws USAGE where a folder is missing. */
export async function readReports(folders: readonly string[], cwd: string): Promise<Found[]> {
  const found: Found[] = []
  for (const named of folders) {
    const root = resolve(cwd, named)
    if (!(await isFolder(root))) {
      throw new RehearsalError('USAGE', `${named} is no folder`, {
        hint: 'name the folder that the reports of the jobs are in',
      })
    }
    for (const file of await filesNamed(root, 'verdict.json')) {
      const report = await readReport(dirname(file), join(named, relative(root, dirname(file))))
      if (report) found.push(report)
    }
  }
  return found
}

export async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

async function readReport(path: string, folder: string): Promise<Found | undefined> {
  let json: unknown
  try {
    json = JSON.parse(await readFile(join(path, 'verdict.json'), 'utf8'))
  } catch (cause) {
    return { kind: 'unreadable', folder, why: `verdict.json is not JSON: ${(cause as Error).message}` }
  }
  // An earlier merge is no rehearsal.
  if ((json as { kind?: unknown } | null)?.kind === 'merged') return undefined
  const parsed = verdict.safeParse(json)
  if (!parsed.success)
    return { kind: 'unreadable', folder, why: `verdict.json is none: ${z.prettifyError(parsed.error)}` }
  const cases = await readFile(join(path, 'junit.xml'), 'utf8')
    .then((xml) => parseJunit(xml, 'junit.xml'))
    .catch(() => undefined)
  return { kind: 'report', folder, verdict: parsed.data, ...(cases ? { cases } : {}) }
}
