import { join, resolve } from 'node:path'
import { RehearsalError } from '../errors.ts'
import { filesNamed } from '../matrix/files-named.ts'
import { readMatrix } from '../matrix/read-matrix.ts'
import type { Sink } from '../redact/index.ts'
import { junitXml } from '../reports/junit.ts'
import { type MergedVerdict, mergeReports } from './merged.ts'
import { isFolder, readReports } from './read-reports.ts'
import { mergedSuites } from './suites.ts'
import { mergedSummary } from './summary.ts'

/** What is merged, and into which folder. */
export interface MergeRequest {
  readonly folders: readonly string[]
  /** What was planned: the JSON of the matrix, or the file that holds it. Without it, a `matrix.json` in the folders. */
  readonly matrix?: string | undefined
  readonly reportDir: string
}

/** The reports of all jobs as one: `verdict.json`, `junit.xml`, `summary.md`. Throws USAGE, NO_SPACE and EVIDENCE_LOST. */
export async function merge(request: MergeRequest, cwd: string, sink: Sink): Promise<MergedVerdict> {
  const into = resolve(cwd, request.reportDir)
  const write = (name: string, content: string) => sink.writeFile(join(into, name), content)
  // What is killed in the middle must not leave the pass of an earlier day.
  await write('verdict.json', JSON.stringify({ ...mergeReports([], []), paths: [] }))
  const planned = await plannedPaths(request, cwd)
  const found = await readReports(request.folders, cwd)
  const merged = mergeReports(planned, found)
  await write('junit.xml', junitXml(`upgrade-rehearsal ${merged.name}`, mergedSuites(merged, found), merged.startedAt))
  await write('summary.md', mergedSummary(merged))
  await write('verdict.json', JSON.stringify(merged))
  return merged
}

async function plannedPaths({ folders, matrix }: MergeRequest, cwd: string): Promise<string[]> {
  if (matrix !== undefined) return await readMatrix(matrix, cwd)
  const roots = folders.map((folder) => resolve(cwd, folder))
  const inside = await Promise.all(
    roots.map(async (root) => ((await isFolder(root)) ? await filesNamed(root, 'matrix.json') : [])),
  )
  const files = inside.flat()
  if (files.length > 0) return (await Promise.all(files.map((file) => readMatrix(file, cwd)))).flat()
  throw new RehearsalError('USAGE', 'which paths were planned? Without the matrix nobody could tell what was not run', {
    hint: 'give what "plan --matrix" printed with --matrix FILE, or put it into one of the folders as matrix.json',
  })
}
