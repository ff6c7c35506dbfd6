import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ownerOf } from './labels.ts'
import { ownerFile, scratchFolder } from './sweep.ts'

/** Eight letters and digits: part of every name and label that a run gives. */
export function newRunId(): string {
  return [...randomBytes(8)].map((byte) => 'abcdefghijkmnpqrstuvwxyz23456789'[byte % 32]).join('')
}

/** The run's own folder, readable by its user alone, marked with its owner so that a sweep can tell it is dead. */
export async function makeScratch(runId: string): Promise<string> {
  const folder = scratchFolder(runId)
  await mkdir(folder, { mode: 0o700 })
  await writeFile(join(folder, ownerFile), ownerOf(process.pid))
  return folder
}
