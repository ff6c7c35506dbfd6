import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Group } from './figure.ts'
import { type Large, makeLarge } from './large.ts'
import { cachedRehearsal, forkedRehearsal } from './rehearsals.ts'
import { fourTargets } from './targets.ts'
import { volumeForks } from './volume-forks.ts'

/** What forks save: of a volume, of a rehearsal with two ways back, of four targets. */
export const forks: Group = async (tell) => {
  await volumeForks(tell)
  await withGigabyte(async (large) => {
    await forkedRehearsal(large, tell)
    await fourTargets(large, tell)
  })
}

/** A restored baseline from the cache, against restoring it. */
export const cache: Group = (tell) => withGigabyte((large) => cachedRehearsal(large, tell))

async function withGigabyte(use: (large: Large) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  try {
    await use(await makeLarge(folder, 1_000))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
